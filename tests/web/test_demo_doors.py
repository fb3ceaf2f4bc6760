"""Who tries the demonstration signs in as each of its people by one button, and nowhere else."""

import json
from collections.abc import Iterator

import pytest

from fanshare.config.wiring import mark_as_demo
from fanshare.core.errors import FanshareError
from fanshare.flows import demo_doors
from fanshare.store import directory
from fanshare.web.account.doors import WORDS
from tests.support.schema import NOW, schema_template, shared_database
from tests.web.support.device import Device
from tests.web.test_sign_in import Place, place

__all__ = ["place", "schema_template", "shared_database"]

_ADDRESSES = {
    demo_doors.SHOP: "bea@example.test",
    demo_doors.CREATOR: "cleo@example.test",
    demo_doors.FAN: "finn@example.test",
    demo_doors.OPERATOR: "otto@example.test",
}
_HOST = "127.0.0.1:8700"


@pytest.fixture
def demo(place: Place) -> Iterator[Place]:
    demo_doors.open_doors(place.conn, _ADDRESSES, NOW)
    directory.set_fact(place.conn, "demo", "yes", NOW)
    directory.set_fact(place.conn, "demo report", json.dumps({"figures": [], "sections": []}), NOW)
    yield place
    place.conn.execute("DELETE FROM installation WHERE key LIKE 'demo%%'")


def at_home(place: Place) -> Device:
    """A browser on the machine of the demonstration."""
    return Device(place.app(mail=False, public_url=""))


def enters(device: Device, door: str, host: str = _HOST) -> int:
    """Open a door's page and press its button: the status of what is sent."""
    device.get(f"/demo/as/{door}", HTTP_HOST=host)
    form = {"csrfmiddlewaretoken": device.cookies.get("fanshare_form", "")}
    return device.post(f"/demo/as/{door}", form, HTTP_HOST=host, HTTP_ORIGIN=f"http://{host}").status


@pytest.mark.parametrize(
    ("door", "words"), [("shop", "/brand/"), ("creator", "/creator/"), ("fan", "/fan/"), ("operator", "/operator")]
)
def test_one_button_makes_somebody_of_a_visitor_as_often_as_she_likes(demo: Place, door: str, words: str) -> None:
    for _ in range(3):
        device = at_home(demo)
        assert device.get(f"/demo/as/{door}", HTTP_HOST=_HOST).text.count("<button") == 1
        assert device.get("/home", HTTP_HOST=_HOST).status == 302, "looking signs nobody in"
        assert enters(device, door) == 302
        assert f'href="{words}' in device.get("/home", HTTP_HOST=_HOST).text


def test_the_report_and_the_page_of_signing_in_lead_to_every_door(demo: Place) -> None:
    for path in ("/demo", "/sign-in"):
        page = at_home(demo).get(path, HTTP_HOST=_HOST).text
        assert [door for door in WORDS if f'href="/demo/as/{door}"' in page] == list(_ADDRESSES)
    assert "login-link" not in at_home(demo).get("/sign-in", HTTP_HOST=_HOST).text


@pytest.mark.parametrize(
    ("to", "there"),
    [
        ("/creator/{slug}/earnings", "/creator/{slug}/earnings"),
        ("/brand/{slug}/funding", "/home"),
        ("https://elsewhere.example/", "/home"),
        ("//elsewhere.example/", "/home"),
        ("", "/home"),
    ],
)
def test_a_door_leads_on_to_a_page_of_hers_and_to_no_other(demo: Place, to: str, there: str) -> None:
    device, to, there = at_home(demo), to.format(slug=demo.slug), there.format(slug=demo.slug)
    device.get(f"/demo/as/creator?to={to}", HTTP_HOST=_HOST)
    form = {"csrfmiddlewaretoken": device.cookies.get("fanshare_form", "")}
    asked = {"QUERY_STRING": f"to={to}", "HTTP_HOST": _HOST, "HTTP_ORIGIN": f"http://{_HOST}"}
    answer = device.post("/demo/as/creator", form, **asked)
    assert (answer.status, answer.headers["location"]) == (302, there)


def test_a_door_that_was_not_made_is_none(demo: Place) -> None:
    for door in ("shop-second", "stray"):
        assert at_home(demo).get(f"/demo/as/{door}", HTTP_HOST=_HOST).status == 404
        assert enters(at_home(demo), door) in {403, 404}


def test_nobody_comes_in_from_another_machine(demo: Place) -> None:
    device = Device(demo.app(mail=False))
    assert device.get("/demo/as/shop").status == 404
    assert "/demo/as/" not in device.get("/demo").text + device.get("/sign-in").text
    assert enters(at_home(demo), "shop") == 302


def test_there_are_no_doors_where_nothing_is_demonstrated(demo: Place) -> None:
    """The fact alone opens nothing; and a database that holds a real programme is never marked."""
    demo.conn.execute("DELETE FROM installation WHERE key = 'demo'")
    assert demo_doors.addresses(demo.conn) == {}
    assert at_home(demo).get("/demo/as/shop", HTTP_HOST=_HOST).status == 404
    with pytest.raises(FanshareError, match="real programmes"):
        mark_as_demo(demo.conn, NOW)
