"""A second factor and where somebody is signed in: set up, asked before money, each code once, ended elsewhere."""

import base64
import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core import one_time_code
from fanshare.core.instants import DAY, MINUTE
from fanshare.flows import news, second_factor
from fanshare.flows.rulings import find_order
from fanshare.flows.signed_in import Factor
from fanshare.store.queries.news import MailChoice
from fanshare.store.server import Server
from fanshare.web.authorisation import device_of
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("safety")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def with_app(company: Company, name: str) -> tuple[Device, bytes, list[str]]:
    """Somebody signed in who has just set up an app: her browser, the secret, the recovery codes."""
    device = company.device(name)
    page = send(device, "/safety/app").text
    found = re.search(r'<code class="hash">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    text = found[1].replace(" ", "")
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    assert send(device, "/safety/app", code="000000" if code(company, secret) != "000000" else "1").status == 422
    done = send(device, "/safety/app", code=code(company, secret))
    assert done.status == 200
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.text)
    assert len(set(codes)) == 10
    company.house.later(one_time_code.STEP)
    return device, secret, codes


def code(company: Company, secret: bytes) -> str:
    return one_time_code.code(secret, one_time_code.step_of(company.house.now))


def hold(company: Company, device: Device, **more: str) -> Answer:
    number = find_order(company.brand.access, "Q1004")
    values = {"verdict": "held", "days": "3", "reason": "<i>Look</i> & see", **more}
    return send(device, f"/brand/linen/orders/{number}/decide", **values)


def held(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM ruling WHERE reason = '<i>Look</i> & see'")
    return found


def test_without_an_app_a_fresh_link_is_enough_and_an_old_one_keeps_what_was_typed(company: Company) -> None:
    rea, mona = company.device("rea"), company.device("mona")
    assert hold(company, mona).status == 302
    assert held(company) == 1
    company.house.later(31 * MINUTE)
    asked = hold(company, mona)
    assert asked.status == 401
    assert 'name="reason" value="&lt;i&gt;Look&lt;/i&gt; &amp; see"' in asked.text
    assert "more than half an hour ago" in words(asked)
    assert held(company) == 1
    mona.sign_in(company.token("mona"))
    assert hold(company, mona).status == 302
    assert held(company) == 2
    assert hold(company, rea).status == 403, "who may not is not asked for a code"


def test_with_an_app_its_code_is_asked_once_in_ten_minutes_and_works_once(company: Company) -> None:
    bea, secret, codes = with_app(company, "bea")
    assert hold(company, bea).status == 302, "setting it up has just shown it"
    company.house.later(11 * MINUTE)
    before = held(company)
    assert hold(company, bea).status == 401
    assert hold(company, bea, one_time_code="123").status == 401
    typed = code(company, secret)
    assert hold(company, bea, one_time_code=typed).status == 302
    company.house.later(11 * MINUTE)
    assert hold(company, bea, one_time_code=typed).status == 401, "a code of before"
    assert hold(company, bea, one_time_code=codes[0].upper().replace("-", " ")).status == 302
    company.house.later(11 * MINUTE)
    again = hold(company, bea, one_time_code=codes[0])
    assert (again.status, "was used already" in words(again)) == (401, True)
    assert held(company) == before + 2
    other = company.device("bea")
    assert hold(company, other).status == 401, "a fresh link alone is not enough any more"
    assert "9 recovery codes are left" in words(other.get("/safety"))


def test_nobody_tries_all_codes(company: Company) -> None:
    otto, secret, codes = with_app(company, "otto")
    company.house.later(11 * MINUTE)
    path, values = "/operator/texts/privacy/en", {"words": "Ours"}
    for _ in range(10):
        assert "not right" in words(send(otto, path, **values, one_time_code="000000x"))
    for typed in (code(company, secret), codes[1]):
        asked = send(otto, path, **values, one_time_code=typed)
        assert (asked.status, "Too many wrong codes" in words(asked)) == (401, True)
    assert company.house.value("SELECT count(*) FROM public_text") == 0
    company.house.later(11 * MINUTE)
    assert send(otto, path, **values, one_time_code=code(company, secret)).status == 302
    assert send(otto, "/safety/app/off").status == 302
    assert company.house.value("SELECT count(*) FROM second_factor") == 1, "Bea's"


def test_an_app_is_taken_away_only_with_its_code(company: Company) -> None:
    finn, secret, _ = with_app(company, "finn")
    company.house.later(11 * MINUTE)
    assert send(finn, "/safety/app/off").status == 401
    assert send(finn, "/safety/app").status == 401, "nor is another one set up over it"
    assert send(finn, "/safety/app/off", one_time_code=code(company, secret)).status == 302
    assert "Off." in words(finn.get("/safety"))


def test_sessions_are_listed_and_ended_and_only_ones_own(company: Company) -> None:
    app = company.app()
    phone, desk, cleo = Device(app), company.device("fay", app), company.device("cleo", app)
    phone.sign_in(company.token("fay"))
    page = phone.get("/safety")
    assert words(page).count("an unknown browser") == 2
    [name] = re.findall(r'name="session" value="([0-9a-f]{64})"', page.text)
    assert send(cleo, "/safety/sessions/end", session=name).status == 302
    assert desk.get("/home").status == 200, "somebody else's is left alone"
    assert send(phone, "/safety/sessions/end", session=name).status == 302
    assert desk.get("/home").status == 302
    assert phone.get("/home").status == 200
    third = company.device("fay", app)
    assert send(phone, "/safety/sessions/end").status == 302
    assert (third.get("/home").status, phone.get("/home").status) == (302, 200)


def test_somebody_chooses_how_soon_she_is_told_and_in_which_language(company: Company) -> None:
    access = company.brand.access
    carla, fay = company.device("carla"), company.device("fay")
    assert news.choice(access, company.carla) == MailChoice()
    assert 'value="daily" checked' in carla.get("/account/linen/mails").text
    assert send(carla, "/account/linen/mails", news="at_once", mail="yes").headers["location"].endswith("?kept=1")
    assert send(carla, "/language", language="de", next="/home").status == 302
    assert news.choice(access, company.carla) == MailChoice("at_once", "de")
    assert re.search("Was .+ dir mailt", carla.get("/account/linen/mails").text)
    assert send(carla, "/account/linen/mails", news="never").status == 302
    stopped = news.choice(access, company.carla).stopped_at
    assert stopped is not None
    assert send(carla, "/account/linen/mails", news="daily").status == 302
    assert news.choice(access, company.carla).stopped_at == stopped, "since then, not since now"
    assert 'value="at_once"' not in fay.get("/account/linen/mails").text, "a fan's day is told once"
    assert send(fay, "/account/linen/mails", news="at_once", mail="yes").status == 422


def test_somebody_reads_what_is_kept_about_her_and_leaves(company: Company) -> None:
    house, carla = company.house, company.device("carla")
    copy = json.loads(carla.get("/account/linen/data").text)
    assert copy["you"]["name"] == "Carla Quince"
    assert {"what": "email", "content": "carla@example.test"}.items() <= copy["kept_sealed"][0].items()
    assert [link["name"] for link in copy["links"]] == ["quinces"]
    assert "7.08 € waiting or being checked" in words(carla.get("/account/linen"))
    assert send(carla, "/account/linen", word="yes").status == 422
    house.later(31 * MINUTE)
    assert send(carla, "/account/linen", word="leave").status == 401
    carla.sign_in(company.token("carla"))
    assert send(carla, "/account/linen", word="leave", when="paid").headers["location"] == "/account/linen"
    page = words(carla.get("/account/linen"))
    assert "You are leaving." in page
    assert "an order may still come by a click from before" in page
    assert send(carla, "/account/linen", word="leave", when="paid").status == 422, "once is enough"
    assert carla.get("/creator/linen").headers["location"] == "/account/linen", "Today is hers no more"
    earnings = carla.get("/creator/linen/earnings")
    assert (earnings.status, "Links and codes" in words(earnings)) == (200, False)
    assert carla.get("/payee/linen").status == 200
    assert company.device().get("/c/linen/carla").status == 404
    before = house.value("SELECT sum(balance) FROM account WHERE party_id = %s", company.carla)
    assert send(carla, "/account/linen", word="Leave").status == 302
    assert carla.get("/account/linen/data").status == 302, "she is out"
    assert house.value("SELECT display_name FROM party WHERE id = %s", company.carla) is None
    with pytest.raises(Exception, match="Nobody here is known"):
        company.token("carla")
    house.work()
    owed = house.value("SELECT sum(balance) FROM account WHERE party_id = %s", company.carla)
    assert owed == before, "the books stay as they are"


def test_what_is_recent_is_a_matter_of_what_there_is() -> None:
    now = 100 * DAY
    off, on = Factor(on=False), Factor(on=True)
    assert second_factor.fresh(off, now - 29 * MINUTE, 0, now)
    assert not second_factor.fresh(off, now - 30 * MINUTE, now, now)
    assert second_factor.fresh(on, 0, now - 9 * MINUTE, now)
    assert not second_factor.fresh(on, now, now - 10 * MINUTE, now)
    assert not second_factor.fresh(off, now + 1, 0, now), "a clock that was ahead shows nothing"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_in_two_words(agent: str, said: str) -> None:
    assert device_of(agent) == said
