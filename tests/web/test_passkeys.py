"""Passkeys: added, used to sign in and before money, each answer once, and nothing a stranger makes of them works."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fido2.cose import ES256

from fanshare.core.instants import MINUTE
from fanshare.flows import own_data, parting, passkeys, people, second_factor, workbench_lock
from fanshare.flows.passkey_answers import ALGORITHMS
from fanshare.flows.people import Joiner, add_fan
from fanshare.flows.signed_in import Factor, Owner
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.address import account, changed, posted, send, words
from tests.web.support.company import Company, founded
from tests.web.support.device import HOST, Device
from tests.web.support.passkey import PRESENT, Authenticator, content, text
from tests.web.support.passkey_pages import add, creator, enter, manager, options, refused, with_passkey
from tests.web.support.serving import Answer
from tests.web.test_safety import code, held, hold, with_app

__all__ = ["schema_template"]


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("passkeys")) as made:
        yield made


def prove(company: Company, device: Device, authenticator: Authenticator) -> Answer:
    """Decide about an order, and show by a passkey that it is she."""
    asked = options(hold(company, device))
    return hold(company, device, passkey_proof=authenticator.get(asked))


def audited(company: Company, what: str) -> list[str]:
    return [row[0] for row in company.house.rows("SELECT actor FROM audit WHERE what = %s ORDER BY id", what)]


def test_a_passkey_signs_in_without_an_address_and_shows_that_it_is_she(company: Company) -> None:
    posted(company)
    manager(company, "nora")
    first, authenticator, codes = with_passkey(company, "nora")
    [(to, mail)] = posted(company)
    assert (to, "a passkey was added" in mail) == ("nora@example.test", True)
    assert hold(company, first).status == 302, "adding it has just shown it"
    company.house.later(11 * MINUTE)
    before, fresh = held(company), Device(company.app())
    asked = options(fresh.get("/sign-in"))
    assert asked["allowCredentials"] == [], "the page asks nobody in particular"
    assert (asked["rpId"], asked["userVerification"]) == (HOST, "required")
    answer = enter(fresh, authenticator)
    assert (answer.status, answer.headers["location"]) == (302, "/home")
    assert hold(company, fresh).status == 302, "who signed in by it has shown it"
    company.house.later(11 * MINUTE)
    asked = options(hold(company, fresh))
    assert [content(one["id"]) for one in asked["allowCredentials"]] == [authenticator.keys[0].id]
    assert held(company) == before + 1
    assert prove(company, fresh, authenticator).status == 302
    assert held(company) == before + 2
    company.house.later(11 * MINUTE)
    posted(company)
    assert hold(company, fresh, one_time_code=codes[0]).status == 302, "or a recovery code"
    assert ["a recovery code of your" in mail for _, mail in posted(company)] == [True]
    other = company.device("nora")
    assert "A recovery code" in words(hold(company, other)), "a fresh link alone is not enough any more"
    assert (audited(company, "passkey.add")[-1][:6], audited(company, "sign_in.passkey")[-1][:6]) == ("brand:",) * 2


def test_an_answer_is_taken_once_in_ten_minutes_from_one_browser_for_one_purpose(company: Company) -> None:
    manager(company, "tilda")
    device, authenticator, _ = with_passkey(company, "tilda")
    visitor, other = Device(company.app()), Device(company.app())
    sent = authenticator.get(options(visitor.get("/sign-in")))
    assert refused(send(other, "/sign-in/passkey", passkey_answer=sent)), "made for another browser"
    assert send(visitor, "/sign-in/passkey", passkey_answer=sent).status == 302, "the control"
    assert refused(send(visitor, "/sign-in/passkey", passkey_answer=sent)), "once"
    late = authenticator.get(options(visitor.get("/sign-in?again=1")))
    company.house.later(10 * MINUTE)
    assert refused(send(visitor, "/sign-in/passkey", passkey_answer=late)), "too late"
    company.house.later(MINUTE)
    asked = options(hold(company, device))
    assert refused(send(visitor, "/sign-in/passkey", passkey_answer=authenticator.get(asked))), "meant for money"
    before = held(company)
    sent = authenticator.get(options(visitor.get("/sign-in?again=1")))
    assert hold(company, device, passkey_proof=sent).status == 401, "meant for signing in"
    sent = authenticator.get(options(hold(company, device)))
    assert hold(company, visitor, passkey_proof=sent).status == 401, "another session of hers"
    assert hold(company, device, passkey_proof=sent).status == 302, "the control"
    company.house.later(11 * MINUTE)
    assert hold(company, device, passkey_proof=sent).status == 401, "a used one"
    assert held(company) == before + 1


def stranger(authenticator: Authenticator) -> None:
    authenticator.keys[-1].id = b"somebody else's key"


def forged(authenticator: Authenticator) -> None:
    authenticator.keys[-1].private = Authenticator().make_key()


SPOILED: dict[str, Callable[[Authenticator], None]] = {
    "another origin": lambda one: setattr(one, "origin", "https://share.example.evil.example"),
    "another port": lambda one: setattr(one, "origin", f"https://{HOST}:8443"),
    "plain http": lambda one: setattr(one, "origin", f"http://{HOST}"),
    "another site's frame": lambda one: one.more.update(crossOrigin=True),
    "a top origin": lambda one: one.more.update(topOrigin="https://evil.example"),
    "another type": lambda one: one.more.update(type="webauthn.create"),
    "a question of its own": lambda one: one.more.update(challenge=text(bytes(56))),
    "no person": lambda one: setattr(one, "flags", PRESENT),
    "nobody there": lambda one: setattr(one, "flags", 0),
    "an unknown key": stranger,
    "a forged signature": forged,
    "another account's name": lambda one: setattr(one.keys[-1], "handle", bytes(32)),
    "no account's name": lambda one: setattr(one.keys[-1], "handle", b""),
}


@pytest.mark.parametrize("how", SPOILED)
def test_nothing_but_the_right_answer_signs_in_and_all_wrong_ones_look_the_same(company: Company, how: str) -> None:
    name = f"vera{list(SPOILED).index(how)}"
    creator(company, name)
    _, authenticator, _ = with_passkey(company, name)
    device = Device(company.app())
    assert enter(device, authenticator).status == 302, "the control"
    SPOILED[how](authenticator)
    device = Device(company.app())
    answer = enter(device, authenticator)
    assert refused(answer)
    assert "data-said" in answer.text
    assert device.get("/home").status == 302


@pytest.mark.parametrize("how", ["another origin", "no person", "nobody there", "a question of its own"])
def test_a_passkey_that_was_made_otherwise_than_asked_is_not_added(company: Company, how: str) -> None:
    name, authenticator = f"willa{how[:1]}{len(how)}", Authenticator()
    creator(company, name)
    device = company.device(name)
    SPOILED[how](authenticator)
    answer = add(device, authenticator)
    assert (answer.status, "Nothing was added" in words(answer)) == (422, True)
    assert passkeys.of_account(company.house.conn, KEYS, account(f"{name}@example.test")) == []


def test_only_kinds_of_keys_that_were_asked_for_are_taken(company: Company) -> None:
    creator(company, "xenia")
    device = company.device("xenia")
    asked = options(send(device, "/safety/passkeys"))
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == list(ALGORITHMS)
    assert add(device, Authenticator(), algorithm=-47).status == 422
    assert add(device, Authenticator(), algorithm=-7).status == 200, "the control"


def test_somebody_elses_passkey_shows_nothing_about_her(company: Company) -> None:
    manager(company, "olga")
    manager(company, "petra")
    olga, hers, _ = with_passkey(company, "olga")
    petra, other, _ = with_passkey(company, "petra")
    company.house.later(11 * MINUTE)
    before = held(company)
    assert prove(company, petra, hers).status == 401
    assert prove(company, petra, other).status == 302, "the control"
    assert held(company) == before + 1
    taken = other.keys[0].id
    assert refused(enter(Device(company.app()), hers, key=spoof(hers, taken)))
    [mine] = passkeys.of_account(company.house.conn, KEYS, account("olga@example.test"))
    assert send(petra, "/safety/passkeys/remove", passkey=mine.id).status == 302
    assert send(petra, "/safety/passkeys/name", passkey=mine.id, name="Mine").status == 302
    assert passkeys.of_account(company.house.conn, KEYS, account("olga@example.test")) == [mine]
    assert prove(company, olga, hers).status == 302


def spoof(authenticator: Authenticator, id_: bytes) -> Any:
    """A key of hers under the name of another one."""
    key = authenticator.keys[0]
    return type(key)(id_, key.private, key.handle)


def test_a_passkey_that_counts_backwards_is_stopped_and_its_owner_told(company: Company) -> None:
    manager(company, "quinn")
    device, authenticator, codes = with_passkey(company, "quinn")
    for _ in range(3):
        assert enter(Device(company.app()), authenticator).status == 302
    posted(company)
    authenticator.keys[0].signs = 1
    assert refused(enter(Device(company.app()), authenticator))
    [(to, mail)] = posted(company)
    assert (to, "a passkey of your account" in mail) == ("quinn@example.test", True)
    authenticator.keys[0].signs = 100
    assert refused(enter(Device(company.app()), authenticator)), "it stays stopped"
    assert "Stopped: it counted backwards" in words(device.get("/safety"))
    assert len(audited(company, "passkey.stop")) == 1
    company.house.later(11 * MINUTE)
    again = company.device("quinn")
    assert hold(company, again).status == 401, "stopping it does not make a link enough"
    assert hold(company, again, one_time_code=codes[0]).status == 302
    synced = Authenticator(counts=False)
    assert add(again, synced).status == 302
    for _ in range(2):
        assert enter(Device(company.app()), synced).status == 302, "one that never counts is no copy"


def test_passkeys_are_named_and_removed_and_recovery_codes_go_with_the_last(company: Company) -> None:
    creator(company, "rita")
    device, authenticator, codes = with_passkey(company, "rita")
    conn, mine = company.house.conn, account("rita@example.test")
    asked = options(send(device, "/safety/passkeys"))
    assert [content(one["id"]) for one in asked["excludeCredentials"]] == [authenticator.keys[0].id]
    assert content(asked["user"]["id"]) == authenticator.keys[0].handle, "devices know it as one account"
    assert asked["user"]["name"] == "rita@example.test"
    second = Authenticator()
    company.house.later(1)
    assert add(device, second, "Tablet").status == 302, "recovery codes are there already"
    one, two = passkeys.of_account(conn, KEYS, mine)
    assert (one.name, two.name) == ("Phone", "Tablet")
    assert send(device, "/safety/passkeys/name", passkey=one.id, name="  Old   phone ").status == 302
    assert "Old phone" in words(device.get("/safety"))
    for bad in ("", "x" * 61, "a\x07b"):
        assert send(device, "/safety/passkeys/name", passkey=one.id, name=bad).status == 422
    posted(company)
    company.house.later(31 * MINUTE)
    assert send(device, "/safety/passkeys/remove", passkey=one.id).status == 401
    assert send(device, "/safety/passkeys").status == 401, "nor is one added"
    assert send(device, "/safety/codes").status == 401
    asked = options(send(device, "/safety/codes"))
    renewed = send(device, "/safety/codes", passkey_proof=second.get(asked))
    assert codes[0] not in renewed.text
    assert len(re.findall(r"<code>[a-z2-9]{5}-[a-z2-9]{5}</code>", renewed.text)) == 10
    old = second_factor.prove(conn, KEYS, Owner(mine, "test"), codes[0], company.house.now)
    assert not old, "the old ones work no more"
    for each in (one, two):
        assert send(device, "/safety/passkeys/remove", passkey=each.id).status == 302
    assert second_factor.state_of(conn, mine) == Factor(on=False)
    said = [mail.split("\n")[2] for _, mail in posted(company)]
    assert [("codes" in one, "removed" in one) for one in said] == [(True, False), (False, True), (False, True)]
    assert send(device, "/safety/codes").status == 401, "and a link is enough again, a fresh one"
    assert refused(enter(Device(company.app()), authenticator))


def test_an_account_has_at_most_ten_passkeys_and_none_twice(company: Company) -> None:
    creator(company, "sara")
    device = company.device("sara")
    one = Authenticator()
    asked = options(send(device, "/safety/passkeys"))
    first = one.make(asked)
    assert send(device, "/safety/passkeys", passkey_answer=first, name="A").status == 200
    again = send(device, "/safety/passkeys", passkey_answer=first, name="A")
    assert (again.status, "Nothing was added" in words(again)) == (422, True)
    for _ in range(9):
        assert add(device, Authenticator()).status == 302
        company.house.later(MINUTE)
    company.house.later(5 * MINUTE)  # the limit of one visitor
    full = add(device, Authenticator())
    assert (full.status, "There are 10 passkeys already" in words(full)) == (422, True)


def test_an_app_and_passkeys_stand_side_by_side(company: Company) -> None:
    bea, secret, codes = with_app(company, "bea")
    authenticator = Authenticator()
    assert add(bea, authenticator).status == 302, "her recovery codes stay"
    company.house.later(11 * MINUTE)
    assert prove(company, bea, authenticator).status == 302
    company.house.later(11 * MINUTE)
    assert hold(company, bea, one_time_code=code(company, secret)).status == 302
    posted(company)
    assert send(bea, "/safety/app/off").status == 302
    assert "authenticator app was taken away" in posted(company)[0][1]
    company.house.later(11 * MINUTE)
    assert hold(company, bea, one_time_code=code(company, secret)).status == 401
    assert hold(company, bea, one_time_code=codes[1]).status == 302
    [mine] = passkeys.of_account(company.house.conn, KEYS, account("bea@example.test"))
    assert send(bea, "/safety/passkeys/remove", passkey=mine.id).status == 302


def test_passkeys_move_with_the_address_and_those_of_a_thief_go_when_it_is_taken_back(company: Company) -> None:
    fan = add_fan(company.brand.programme, Joiner("Uma", "uma@example.test"), company.house.now)
    device, hers, _ = with_passkey(company, "uma")
    copy = own_data.copy(company.brand.programme, fan, company.house.now)["safety"]
    assert [one["name"] for one in copy["passkeys"]] == ["Phone"]
    assert (copy["app"], copy["recovery_codes_left"]) == (False, 10)
    back = changed(company, "uma", "uma.new@example.test", device)
    company.house.later(MINUTE)
    thief = Device(company.app())
    assert enter(thief, hers).status == 302, "it opens the account under its new address"
    stolen = Authenticator()
    assert add(thief, stolen, "Mine now").status == 302
    assert send(thief, "/safety/codes").status == 200
    assert send(company.device(), "/address/undo", t=back).status == 200
    assert refused(enter(Device(company.app()), stolen))
    assert enter(Device(company.app()), hers).status == 302
    factor = second_factor.state_of(company.house.conn, account("uma@example.test"))
    assert (factor.passkeys, factor.recovery_left) == (1, 0), "codes that the thief took are gone"


def test_what_the_database_keeps_names_nobody_and_goes_with_the_person(company: Company) -> None:
    conn, brand = company.house.conn, company.brand
    party = creator(company, "wanda")
    _, authenticator, _ = with_passkey(company, "wanda")
    [row] = company.house.rows("SELECT p::text FROM passkey p WHERE account = %s", account("wanda@example.test"))
    for canary in ("wanda", "Phone", b"wanda".hex(), b"Phone".hex()):
        assert canary not in row[0]
    people.erase(brand.programme, party, company.house.now)
    assert second_factor.state_of(conn, account("wanda@example.test")) == Factor(on=False)
    assert refused(enter(Device(company.app()), authenticator))


def test_whoever_keeps_only_books_signs_in_by_a_passkey_that_knows_no_address(company: Company) -> None:
    conn, mine = company.house.conn, account("yola@example.test")
    manager(company, "yola")
    workbench_lock.open_door(conn, mine, company.house.now, "cli")
    _, authenticator, _ = with_passkey(company, "yola")
    tenant = company.brand.tenant
    parting.end_brand_person(company.brand.access, tenant.public_id, KEYS, "yola@example.test", company.house.now)
    device = Device(company.app())
    assert enter(device, authenticator).status == 302
    assert "looks after" not in words(device.get("/home"))
    assert device.get("/workbench").status in {200, 302}
    [row] = company.house.rows("SELECT credential, sealed FROM passkey WHERE account = %s", mine)
    assert json.loads(KEYS.unseal("passkey", bytes(row[1]), bytes(row[0]))) == {"address": "", "name": "Phone"}
    mia, hers = company.device("mia"), Authenticator()
    assert add(mia, hers).status == 200, "who was never anything else can have one too"
    assert enter(Device(company.app()), hers).status == 302


def test_tries_are_counted_and_old_answers_forgotten(company: Company) -> None:
    creator(company, "zita")
    _, authenticator, _ = with_passkey(company, "zita")
    device = Device(company.app())
    for _ in range(30):
        assert send(device, "/sign-in/passkey", passkey_answer="{}").status == 422
    assert enter(device, authenticator).status == 429
    assert enter(Device(company.app()), authenticator).status == 302
    company.house.later(11 * MINUTE)
    passkeys.forget_old(company.house.conn, company.house.now)
    assert company.house.value("SELECT count(*) FROM passkey_answer") == 0
    assert enter(device, authenticator).status == 302


def test_an_unknown_passkey_takes_the_same_work_as_a_known_one(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    creator(company, "ursula")
    _, known, _ = with_passkey(company, "ursula")
    unknown = Authenticator(keys=[Authenticator().key(bytes(32))])
    checked: list[bytes] = []
    verify = ES256.verify

    def watched(key: ES256, message: bytes, signature: bytes) -> None:
        checked.append(message)
        verify(key, message, signature)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(ES256, "verify", watched)
    assert enter(Device(company.app()), known).status == 302
    assert len(checked) == 1
    assert refused(enter(Device(company.app()), unknown))
    assert len(checked) == 2, "its signature is looked at, by a key that is nobody's"


def test_an_operator_takes_away_what_somebody_lost_and_she_is_told(company: Company) -> None:
    creator(company, "thea")
    _, authenticator, _ = with_passkey(company, "thea")
    posted(company)
    mine = Owner(account("thea@example.test"), "cli", "thea@example.test")
    for _ in range(2):
        second_factor.take_all(company.house.conn, KEYS, mine, company.house.now)
    assert ["took the authenticator app, passkeys" in mail for _, mail in posted(company)] == [True]
    assert audited(company, "factor.lost") == ["cli"]
    assert refused(enter(Device(company.app()), authenticator))
    assert "Off." in words(company.device("thea").get("/safety"))


@pytest.mark.parametrize(
    "sent", ["", "{", "[" * 16_000, "[]", "null", "1", '{"response": {}}', '"x"' * 9000, '{"rawId": 1}']
)
def test_what_is_no_answer_is_refused_like_a_wrong_one(company: Company, sent: str) -> None:
    device = Device(company.app())
    device.get("/sign-in")
    assert refused(send(device, "/sign-in/passkey", passkey_answer=sent))


def test_a_site_without_a_safe_name_has_no_passkeys_and_says_so(company: Company) -> None:
    app = company.app(public_url="http://share.example", hosts=(HOST,))
    device = Device(app)
    assert "data-passkey" not in device.get("/sign-in").text
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "passkey_answer": "{}"}
    assert device.post("/sign-in/passkey", form, HTTP_ORIGIN=f"http://{HOST}").headers["location"] == "/sign-in"
    device.cookies["fanshare"] = company.device("cleo").cookies["fanshare"]
    assert "an address with https and a name" in words(device.get("/safety"))
