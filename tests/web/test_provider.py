"""Signing in by a provider that signs real tokens: off by default, connected by herself alone, no proof of money."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import jwt
import pytest

from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.flows import account_rows, parting, provider_sign_in
from fanshare.flows.provider_sign_in import AWAY, come_back, leave, set_up, take_away
from fanshare.integrations.oidc.provider import OpenIdConnect
from fanshare.store.queries import provider_links
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.oidc_server import CLIENT, SECRET, OidcServer, oidc_server, rsa_key
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]
BACK = "/sign-in/provider/back"


@pytest.fixture(scope="module")
def everybody(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("provider")) as made:
        yield made


@pytest.fixture
def company(everybody: Company) -> Company:
    """The company without a provider."""
    take_away(everybody.house.conn, everybody.house.now)
    everybody.house.conn.execute("DELETE FROM outbox")
    return everybody


@pytest.fixture
def there(company: Company) -> Iterator[OidcServer]:
    """A provider that people may sign in by."""
    with oidc_server(lambda: company.house.now // SECOND) as made:
        provider = OpenIdConnect().describe(made.base, "Example", CLIENT)
        set_up(company.house.conn, KEYS, provider, SECRET, company.house.now)
        yield made


def visitor(company: Company, name: str = "") -> Device:
    return company.device(name, company.app(providers=OpenIdConnect(again=0)))


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def post(device: Device, path: str, **values: str) -> Answer:
    device.get("/sign-in?again=1")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def away(device: Device, path: str = "/sign-in/provider") -> str:
    """Where a browser is sent."""
    page = post(device, path)
    assert page.status == 200, page.status
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None
    return unescape(found[1])


def returned(device: Device, address: str) -> Answer:
    """She comes back to an address of this site."""
    return device.get(address[address.index(BACK) :])


def round_trip(device: Device, there: OidcServer, path: str = "/sign-in/provider") -> Answer:
    return returned(device, there.authorize(away(device, path)))


def test_where_there_is_none_nothing_speaks_of_it(company: Company) -> None:
    device, cleo = visitor(company), visitor(company, "cleo")
    assert "/sign-in/provider" not in device.get("/sign-in").text
    assert "Signing in with" not in cleo.get("/safety").text
    for path in ("/sign-in/provider", "/safety/provider"):
        assert post(cleo, path).status == 404, path
    assert device.get(f"{BACK}?code=x&state=y").status == 404
    without = company.device("", company.app())
    assert "/sign-in/provider" not in without.get("/sign-in").text


def test_she_connects_it_under_safety_and_signs_in_by_it_from_then_on(company: Company, there: OidcServer) -> None:
    cleo = visitor(company, "cleo")
    assert "Connect it" in cleo.get("/safety").text
    assert round_trip(cleo, there, "/safety/provider").headers["location"] == "/safety"
    assert "Connected since" in words(cleo.get("/safety"))
    assert company.house.value("SELECT count(*) FROM outbox WHERE kind = 'safety'") == 1, "she is told by mail"
    device = visitor(company)
    assert "Sign in with Example" in device.get("/sign-in").text
    assert round_trip(device, there).headers["location"] == "/home"
    assert device.get("/creator/linen").status == 200
    safety = json.loads(cleo.get("/account/linen/data").text)["safety"]
    assert safety["signs_in_by_a_provider_since"] is not None
    assert post(cleo, "/safety/provider/end").status == 302
    assert "Connect it" in cleo.get("/safety").text
    assert "Not connected yet" in words(round_trip(visitor(company), there))


def test_coming_in_by_it_is_no_proof_before_money_or_identity(company: Company, there: OidcServer) -> None:
    finn = visitor(company, "finn")
    there.subject, there.address = "finn-there", "finn@example.test"
    assert round_trip(finn, there, "/safety/provider").status == 302
    assert post(finn, "/fan/linen/rewards", what="x").status != 401, "a fresh link from the mailbox is one"
    device = visitor(company)
    assert round_trip(device, there).headers["location"] == "/home"
    for path in ("/fan/linen/rewards", "/safety/provider", "/safety/app", "/account/linen"):
        assert post(device, path, word="leave").status == 401, path


def test_it_makes_nobody_a_part_of_anything(company: Company, there: OidcServer) -> None:
    count = "SELECT (SELECT count(*) FROM party), (SELECT count(*) FROM account), (SELECT count(*) FROM brand_person)"
    before = company.house.rows(count)
    there.subject, there.address = "stranger", "stranger@example.test"
    device = visitor(company)
    assert "Not connected yet" in words(round_trip(device, there))
    assert company.house.rows(count) == before
    assert device.get("/home").status == 302, "nobody is signed in"


def test_known_or_not_whoever_is_not_connected_reads_the_same_and_only_a_proved_mailbox_gets_a_link(
    company: Company, there: OidcServer
) -> None:
    pages = []
    for address in ("carla@example.test", "nobody-here@example.test"):
        there.subject, there.address = address, address
        pages.append(words(round_trip(visitor(company), there)))
    assert pages[0] == pages[1]
    assert "a link is on its way" in pages[0]
    mails = company.house.value("SELECT count(*) FROM outbox WHERE kind = 'sign_in'")
    assert mails == 2
    there.claims = {"email_verified": False}
    assert "a link is on its way" not in words(round_trip(visitor(company), there))
    assert company.house.value("SELECT count(*) FROM outbox WHERE kind = 'sign_in'") == mails


def test_an_address_alone_opens_nothing_even_if_it_is_proved(company: Company, there: OidcServer) -> None:
    there.subject, there.address = "not the one", "cleo@example.test"
    device = visitor(company)
    round_trip(device, there)
    assert device.get("/creator/linen").status == 302
    assert company.house.value("SELECT count(*) FROM provider_link") == 0


def unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none")


def by_the_public_key(server: OidcServer) -> Callable[[dict[str, Any]], str]:
    """The old trick: a shared secret that is the provider's public key."""
    import base64
    import hashlib
    import hmac

    def sign(claims: dict[str, Any]) -> str:
        def packed(part: dict[str, Any]) -> bytes:
            return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")

        body = packed({"alg": "HS256", "kid": "first"}) + b"." + packed(claims)
        secret = json.dumps(server.jwks()["keys"][0]).encode()
        mac = base64.urlsafe_b64encode(hmac.digest(secret, body, hashlib.sha256)).rstrip(b"=")
        return (body + b"." + mac).decode()

    return sign


def by_a_stranger(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, rsa_key(), "RS256", headers={"kid": "first"})


#: What is wrong -> the code.
WRONG: dict[str, tuple[Callable[[OidcServer], None], str]] = {
    "another question's nonce": (lambda s: s.claims.update(nonce="other"), "wrong_nonce"),
    "no nonce": (lambda s: s.claims.update(nonce=None), "bad_signature"),
    "another site": (lambda s: s.claims.update(aud="somebody else"), "bad_signature"),
    "another issuer": (lambda s: s.claims.update(iss="https://other.example"), "bad_signature"),
    "expired": (lambda s: s.claims.update(exp=s.now() - 61), "expired"),
    "made long ago": (lambda s: s.claims.update(iat=s.now() - 3_600), "expired"),
    "of tomorrow": (lambda s: s.claims.update(iat=s.now() + 86_400), "not_yet"),
    "for two sites": (lambda s: s.claims.update(aud=[CLIENT, "other"]), "wrong_audience"),
    "alg none": (lambda s: setattr(s, "signs", unsigned), "bad_signature"),
    "a shared secret": (lambda s: setattr(s, "signs", by_the_public_key(s)), "bad_signature"),
    "another key": (lambda s: setattr(s, "signs", by_a_stranger), "bad_signature"),
    "no token": (lambda s: setattr(s, "signs", lambda _: ""), "bad_signature"),
    "rubbish": (lambda s: setattr(s, "signs", lambda _: "a.b.c"), "bad_signature"),
}


def tried(company: Company, there: OidcServer, **changed: str) -> str:
    """One round trip below the pages; the code of its refusal, empty where it went well."""
    provider = provider_sign_in.known(company.house.conn)
    assert provider is not None
    way = leave(KEYS, provider, "https://share.example/back", b"", company.house.now)
    sent = there.authorize(way.url)
    answer = dict(re.findall(r"[?&](code|state)=([^&]+)", sent)) | changed
    try:
        come_back(company.house.conn, KEYS, OpenIdConnect(again=0), answer, way.kept, company.house.now)
    except FanshareError as error:
        return error.code
    return ""


@pytest.mark.parametrize("wrong", list(WRONG))
def test_an_answer_with_something_wrong_is_refused(company: Company, there: OidcServer, wrong: str) -> None:
    assert tried(company, there) == "", "without the mistake it is taken"
    spoil, code = WRONG[wrong]
    spoil(there)
    assert tried(company, there) == code
    device = visitor(company)
    page = round_trip(device, there)
    assert (page.status, "did not work. Nothing was changed" in words(page)) == (422, True)
    assert device.get("/home").status == 302


def test_an_answer_of_another_provider_or_to_another_question_is_refused(company: Company, there: OidcServer) -> None:
    assert tried(company, there, iss=there.base) == ""
    assert tried(company, there, iss="https://mixed-up.example") == "wrong_issuer"
    assert tried(company, there, state="x" * 43) == "not_asked"
    assert tried(company, there, code="") == "not_asked"
    assert tried(company, there, code="never given") == "code_refused"
    device, other = visitor(company), visitor(company)
    address = there.authorize(away(device))
    assert returned(other, address).status == 422, "another browser asked nothing"
    assert returned(device, address).status == 200
    assert returned(device, address).status == 422, "an answer is for once"


def test_a_code_is_worth_nothing_without_what_the_browser_kept(company: Company, there: OidcServer) -> None:
    """PKCE: the provider itself refuses a code with another verifier."""
    device, thief = visitor(company), visitor(company)
    stolen = there.authorize(away(device))
    own = there.authorize(away(thief))
    code = re.search(r"code=([^&]+)", stolen)[1]  # type: ignore[index]
    mixed = re.sub(r"code=[^&]+", f"code={code}", own)
    assert returned(thief, mixed).status == 422


def test_whoever_stays_away_too_long_asks_again(company: Company, there: OidcServer) -> None:
    device = visitor(company)
    address = there.authorize(away(device))
    company.house.later(AWAY)
    assert returned(device, address).status == 422


def test_a_connection_is_made_only_for_whoever_went(company: Company, there: OidcServer) -> None:
    device = visitor(company, "cleo")
    address = there.authorize(away(device, "/safety/provider"))
    post(device, "/sign-out")
    assert returned(device, address).status == 422
    device.sign_in(company.token("carla"))
    address = there.authorize(away(device, "/safety/provider"))
    assert returned(device, address).status == 302
    cleo = visitor(company, "cleo")
    refused = round_trip(cleo, there, "/safety/provider")
    assert (refused.status, "connected with another account" in words(refused)) == (422, True)
    assert company.house.value("SELECT count(*) FROM provider_link") == 1


def test_a_provider_may_change_its_keys(company: Company, there: OidcServer) -> None:
    calls = OpenIdConnect(again=0)
    provider = provider_sign_in.known(company.house.conn)
    assert provider is not None

    def claims() -> str:
        asked = dict(re.findall(r"[?&](code|state)=([^&]+)", there.authorize(way.url)))
        come_back(company.house.conn, KEYS, calls, asked, way.kept, company.house.now)
        return str(there.asked.count("/keys"))

    way = leave(KEYS, provider, "https://share.example/back", b"", company.house.now)
    assert [claims(), claims()] == ["1", "1"], "keys are kept"
    there.keys, there.kid = {"first": there.keys["first"], "second": rsa_key()}, "second"
    assert [claims(), claims()] == ["2", "2"], "an unknown one is asked for"
    there.keys = {"second": there.keys["second"]}
    there.kid = None
    calls = OpenIdConnect(again=0)
    assert claims() == "3", "the only key needs no name"
    patient = OpenIdConnect()
    calls = patient
    claims()
    there.keys, there.kid = {"third": rsa_key()}, "third"
    with pytest.raises(FanshareError) as refused:
        claims()
    assert refused.value.code == "bad_signature", "nobody makes us ask over and over"


def test_what_the_operator_sets_up_is_sealed_and_another_provider_ends_what_was_connected(
    company: Company, there: OidcServer
) -> None:
    conn, now = company.house.conn, company.house.now
    kept = provider_links.provider(conn)
    assert kept is not None
    assert SECRET.encode() not in kept.sealed_secret
    with pytest.raises(FanshareError):
        Keys(b"\1" * 32).unseal(provider_sign_in.SECRET, kept.sealed_secret, there.base.encode())
    cleo = visitor(company, "cleo")
    round_trip(cleo, there, "/safety/provider")
    assert "cleo" not in str(company.house.rows("SELECT * FROM provider_link"))
    set_up(conn, KEYS, kept.provider, SECRET, now)
    assert company.house.value("SELECT count(*) FROM provider_link") == 1, "the same one, with another secret"
    with oidc_server(lambda: now // SECOND) as other:
        set_up(conn, KEYS, OpenIdConnect().describe(other.base, "Other", CLIENT), SECRET, now)
        assert company.house.value("SELECT count(*) FROM provider_link") == 0
    for name, secret in (("", SECRET), ("x" * 61, SECRET), ("Example", "")):
        with pytest.raises(FanshareError):
            set_up(conn, KEYS, OpenIdConnect().describe(there.base, name, CLIENT), secret, now)
    there.describes = {"issuer": "https://other.example"}
    with pytest.raises(FanshareError, match="another provider"):
        OpenIdConnect().describe(there.base, "Example", CLIENT)
    with pytest.raises(FanshareError, match="by https"):
        OpenIdConnect().describe("http://login.example", "Example", CLIENT)


def test_whoever_leaves_is_connected_no_more(company: Company, there: OidcServer) -> None:
    carla = visitor(company, "carla")
    round_trip(carla, there, "/safety/provider")
    account = company.house.value("SELECT account FROM provider_link")
    parting.left(company.house.conn, KEYS, "carla@example.test", bytes(account))
    assert company.house.value("SELECT count(*) FROM provider_link") == 1, "she is a creator still"
    parting.left(company.house.conn, KEYS, "gone@example.test", bytes(account))
    assert company.house.value("SELECT count(*) FROM provider_link") == 0


def test_another_address_ends_the_connection(company: Company, there: OidcServer) -> None:
    round_trip(visitor(company, "carla"), there, "/safety/provider")
    how = account_rows.Move("carla@example.test", "carla.new@example.test")
    with company.house.conn.transaction(force_rollback=True):
        account_rows.move(company.house.conn, KEYS, (), how, company.house.now)
        assert company.house.value("SELECT count(*) FROM provider_link") == 0
    assert company.house.value("SELECT count(*) FROM provider_link") == 1


def test_to_a_provider_and_back_in_a_real_browser_without_script(company: Company, there: OidcServer) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1", providers=OpenIdConnect())
    with chromium() as browser, served(app) as base, watched(browser, base, width=360) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        with seen.page.expect_navigation():
            seen.page.get_by_role("button", name="Sign in").click()
        seen.open("/safety")
        seen.fit("provider-safety")
        seen.page.get_by_role("button", name="Connect it").click()
        seen.page.get_by_text("Connected since").wait_for()
        assert seen.page.url == f"{base}/safety"
    with chromium() as browser, served(app) as base, watched(browser, base, width=360, script=False) as seen:
        seen.page.goto(f"{base}/sign-in")
        seen.page.get_by_role("button", name="Sign in with Example").click()
        seen.page.wait_for_url(f"{base}/home")
    assert DAY > MINUTE
