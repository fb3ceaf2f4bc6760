"""Keys of the API and addresses that are told what happens, made and ended by an owner in the browser."""

import re
from collections.abc import Iterator

import pytest

from fanshare.flows import api_keys, event_targets
from fanshare.flows.authorisation import Scope
from fanshare.store.queries import events
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_brand_pages import words

__all__ = ["schema_template"]
PAGE = "/brand/linen/software"
HOOK = "https://shop.example/fanshare?<b>"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("software")) as made:
        yield made


def send(device: Device, **values: str) -> Answer:
    return device.post(PAGE, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def shown_once(answer: Answer) -> str:
    found = re.search(r'<input id="shown" readonly value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def done(company: Company) -> list[str]:
    rows = company.house.rows("SELECT what FROM audit WHERE what ~ '^(key|target)' ORDER BY id")
    return [row[0] for row in rows]


def test_a_key_is_shown_once_works_and_ends_only_when_it_is_meant(company: Company) -> None:
    bea, house = company.device("bea"), company.house
    assert "There is no key yet." in words(bea.get(PAGE))
    answer = send(bea, what="make_key", name="<i>Till</i>", scope="read")
    key = shown_once(answer)
    assert "no-store" in answer.headers["cache-control"]
    assert api_keys.authenticate(house.conn, key, house.now).scopes == {Scope.READ}
    listed = bea.get(PAGE).text
    assert "&lt;i&gt;Till&lt;/i&gt;" in listed
    assert key not in listed
    assert key.rpartition("_")[2] not in listed
    (made,) = api_keys.keys(company.brand.programme.access)
    refused = send(bea, what="end_key", id=made.public_id)
    assert (refused.status, "Tick that you mean it" in refused.text) == (422, True)
    assert send(bea, what="end_key", id=made.public_id, sure="yes").status == 302
    assert "Keys that were ended" in bea.get(PAGE).text
    with pytest.raises(Exception, match="valid"):
        api_keys.authenticate(house.conn, key, house.now)
    assert done(company)[-2:] == ["key.make", "key.end"]


def test_a_key_without_a_name_or_anything_it_may_do_is_refused_and_what_was_typed_stays(company: Company) -> None:
    bea, access = company.device("bea"), company.brand.programme.access
    bea.get(PAGE)
    before = api_keys.keys(access)
    nothing = send(bea, what="make_key", name="till")
    assert (nothing.status, 'value="till"' in nothing.text) == (422, True)
    assert send(bea, what="make_key", name="", scope="read").status == 422
    assert send(bea, what="make_key", name="till", scope="all").status == 422
    assert send(bea, what="dance").status == 422
    assert api_keys.keys(access) == before


def test_an_address_is_told_switched_off_and_on_signs_anew_and_is_taken_away(company: Company) -> None:
    bea, programme = company.device("bea"), company.brand.programme
    bea.get(PAGE)
    first = shown_once(send(bea, what="add_target", url=HOOK, type="ruling.made"))
    (made,) = event_targets.targets(programme)
    assert (made.types, made.secrets) == (("ruling.made",), (first,))
    assert first not in bea.get(PAGE).text
    assert "shop.example/fanshare?&lt;b&gt;" in bea.get(PAGE).text
    second = shown_once(send(bea, what="new_secret", id=made.public_id))
    assert event_targets.target(programme, made.public_id).secrets == (second, first)
    assert send(bea, what="off", id=made.public_id).status == 302
    assert "switched off by you" in words(bea.get(PAGE))
    said = "Nothing was taken for 5 days. It answered 500 <s>."
    events.switch_off(programme.access, made.id, said, company.house.now)
    failed = words(bea.get(PAGE))
    assert "Nothing was taken for 5 days. It answered 500 &lt;s&gt;." in failed
    assert send(bea, what="on", id=made.public_id).status == 302
    assert event_targets.target(programme, made.public_id).state == "on"
    assert send(bea, what="replay", id=made.public_id, first="-1").status == 422
    assert send(bea, what="replay", id=made.public_id, first="0").status == 302
    assert send(bea, what="remove_target", id=made.public_id).status == 422
    assert send(bea, what="remove_target", id=made.public_id, sure="yes").status == 302
    assert event_targets.targets(programme) == []
    assert done(company)[-5:] == ["target.add", *["target.change"] * 3, "target.remove"]


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/x", "https://", "https://me@shop.example/", "https://shop.example/#x"]
)
def test_an_address_that_is_none_is_refused_and_stays_in_the_form(company: Company, url: str) -> None:
    bea = company.device("bea")
    bea.get(PAGE)
    answer = send(bea, what="add_target", url=url, type="ruling.made")
    assert (answer.status, f'value="{url}"' in answer.text) == (422, True)


def test_only_owners_and_operators_see_it_and_the_way_to_it(company: Company) -> None:
    assert {name: company.device(name).get(PAGE).status for name in ("mona", "fina", "rea", "cleo")} == dict.fromkeys(
        ("mona", "fina", "rea", "cleo"), 403
    )
    assert PAGE in company.device("bea").get("/brand/linen/connections").text
    assert PAGE not in company.device("mona").get("/brand/linen/connections").text
