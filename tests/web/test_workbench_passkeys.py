"""Books that open by a passkey: let in with the passphrase, used under her finger, and never by one half of that."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from fanshare.core.instants import MINUTE
from fanshare.flows import own_data, second_factor, workbench_keys, workbench_lock
from fanshare.flows.signed_in import Owner
from fanshare.flows.workbench_keys import Cost
from fanshare.store.queries import sealed, workbench, workbench_passkeys
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.address import account, posted
from tests.web.support.books import FIELD, WORDS, make, send, unlock, words
from tests.web.support.books import add as write_down
from tests.web.support.company import Company, founded
from tests.web.support.device import HOST, Device
from tests.web.support.passkey import PRESENT, Authenticator, content, text
from tests.web.support.passkey_pages import LET, add, answered, asked, enter, let, options, with_passkey
from tests.web.support.passkey_pages import open_books as by_passkey
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

OTHER = "another set of good words"
END = "/workbench/lock/passkey/end"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("prf")) as made:
        yield made


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch, company: Company) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
    for table in ("workbench_row", "workbench", "passkey", "second_factor"):
        company.house.conn.execute(f"DELETE FROM {table}")
    company.house.later(10 * MINUTE)


def ready(company: Company, name: str = "cleo") -> tuple[Device, Authenticator, str]:
    """Somebody whose books open by her passkey, and are open: her browser, what holds it, her recovery code."""
    device, authenticator, _ = with_passkey(company, name)
    code = make(device)
    done = let(device, authenticator)
    assert (done.status, done.headers["location"]) == (302, "/workbench/lock?kept=passkey"), words(done)
    return device, authenticator, code


def wraps(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM workbench_passkey")
    return found


def test_a_passkey_is_let_in_and_opens_the_books_in_another_session(company: Company) -> None:
    cleo, authenticator, _ = ready(company)
    assert "The passkey opens your books from now on" in words(cleo.get("/workbench/lock?kept=passkey"))
    assert "Phone" in words(cleo.get("/workbench/lock"))
    assert "opens your books" in words(cleo.get("/safety"))
    elsewhere = company.device("cleo")
    page = elsewhere.get("/workbench/unlock")
    assert "Unlock with your passkey" in words(page)
    assert "The passphrase always does." in words(page), "without JavaScript"
    wanted = asked(page)
    assert [content(one["id"]) for one in wanted["allowCredentials"]] == [authenticator.keys[0].id]
    done = by_passkey(elsewhere, authenticator, next="/workbench/costs")
    assert (done.status, done.headers["location"]) == (302, "/workbench/costs")
    assert elsewhere.get("/workbench/costs").status == 200
    company.house.later(30 * MINUTE)
    assert elsewhere.get("/workbench").status == 302, "for half an idle hour, as by the passphrase"
    safety = own_data.copy(company.brand.programme, company.brand.cleo, company.house.now)["safety"]
    assert [one["opens_her_books"] for one in safety["passkeys"]] == [True]
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'workbench.passkey'") == 1


def test_letting_one_in_needs_open_books_the_passphrase_and_a_passkey_of_hers(company: Company) -> None:
    cleo, authenticator, _ = with_passkey(company, "cleo")
    make(cleo)
    wrong = let(cleo, authenticator, OTHER)
    assert (wrong.status, "This is not the passphrase" in words(wrong)) == (422, True)
    wanted = asked(cleo.get("/workbench/lock"))
    sent = {"passkey_answer": authenticator.get(wanted), "passkey_made": authenticator.made(wanted)}
    for spoiled in ({"passkey_made": ""}, {"passkey_made": "AAAA"}, {"passkey_answer": "{}"}):
        assert send(cleo, LET, old=WORDS, **{**sent, **spoiled}).status == 422
    stranger = Authenticator(keys=[Authenticator().key(bytes(32))])
    assert send(cleo, LET, old=WORDS, **{**sent, "passkey_answer": stranger.get(wanted)}).status == 422
    send(cleo, "/workbench/lock")
    assert "Unlock your books to let a passkey open them" in words(cleo.get("/workbench/lock"))
    late = send(cleo, LET, old=WORDS, **sent)
    assert (late.status, late.headers["location"]) == (302, "/workbench/lock")
    assert wraps(company) == 0
    unlock(cleo)
    assert let(cleo, authenticator).status == 302, "the control"
    assert wraps(company) == 1
    assert "You have no other passkey" in words(cleo.get("/workbench/lock"))


def output_alone(sent: dict[str, str], _: Authenticator) -> None:
    sent["passkey_answer"] = "{}"


def nothing_made(sent: dict[str, str], _: Authenticator) -> None:
    sent["passkey_made"] = ""


def another_output(sent: dict[str, str], _: Authenticator) -> None:
    sent["passkey_made"] = text(bytes(32))


def too_long(sent: dict[str, str], _: Authenticator) -> None:
    sent["passkey_made"] += "AAAA"


def forged(sent: dict[str, str], _: Authenticator) -> None:
    answer = json.loads(sent["passkey_answer"])
    answer["response"]["signature"] = text(bytes(70))
    sent["passkey_answer"] = json.dumps(answer)


SPOILED: list[Callable[[dict[str, str], Authenticator], None]] = [
    output_alone, nothing_made, another_output, too_long, forged,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED)
def test_an_answer_and_what_was_made_open_together_and_neither_alone(
    company: Company, spoil: Callable[[dict[str, str], Authenticator], None]
) -> None:
    _, authenticator, _ = ready(company)
    elsewhere = company.device("cleo")
    sent = answered(elsewhere, authenticator)
    spoil(sent, authenticator)
    refused = send(elsewhere, "/workbench/unlock", **sent)
    assert (refused.status, "did not open your books" in words(refused)) == (422, True)
    assert sent["passkey_made"] == "" or sent["passkey_made"] not in refused.text
    assert elsewhere.get("/workbench").status == 302
    assert by_passkey(elsewhere, authenticator).status == 302, "the control"


def test_an_answer_without_her_finger_a_used_one_a_late_one_or_one_for_something_else_opens_nothing(
    company: Company,
) -> None:
    cleo, authenticator, _ = ready(company)
    assert add(cleo, Authenticator(), "Tablet").status == 302, "so that the page of keys asks too"
    elsewhere = company.device("cleo")
    authenticator.flags = PRESENT
    assert by_passkey(elsewhere, authenticator).status == 422
    authenticator.flags = Authenticator().flags
    late = answered(elsewhere, authenticator)
    company.house.later(10 * MINUTE)
    assert send(elsewhere, "/workbench/unlock", **late).status == 422
    made = {"passkey_made": authenticator.made(asked(elsewhere.get("/workbench/unlock")))}
    for device, page in ((cleo, "/workbench/lock"), (elsewhere, "/sign-in?again=1")):
        other = authenticator.get(options(device.get(page)))
        assert send(device, "/workbench/lock").status == 302
        assert send(device, "/workbench/unlock", passkey_answer=other, **made).status == 422, page
    sent = answered(elsewhere, authenticator)
    assert send(cleo, "/workbench/unlock", **sent).status == 422, "another session of hers"
    assert send(elsewhere, "/workbench/unlock", **sent).status == 302, "the control"
    send(elsewhere, "/workbench/lock")
    assert send(elsewhere, "/workbench/unlock", **sent).status == 422, "once"


def test_somebody_elses_passkey_opens_nothing_of_hers_and_never_what_is_its_own_there(company: Company) -> None:
    cleo, hers, _ = ready(company)
    carla, other, _ = ready(company, "carla")
    for device in (cleo, carla):
        send(device, "/workbench/lock")
    assert by_passkey(cleo, other).status == 422
    assert cleo.get("/workbench").status == 302
    swapped = answered(cleo, hers)
    swapped["passkey_made"] = other.made(asked(carla.get("/workbench/unlock")))
    assert send(cleo, "/workbench/unlock", **swapped).status == 422
    [(mine, _)] = workbench_passkeys.wraps(company.house.conn, account("cleo@example.test"))
    assert send(carla, END, passkey=mine.hex()).status == 302
    assert wraps(company) == 2, "nor does she end it"
    assert by_passkey(cleo, hers).status == 302
    assert by_passkey(carla, other).status == 302


def test_neither_a_link_by_mail_nor_signing_in_by_the_passkey_opens_them(company: Company) -> None:
    _, authenticator, _ = ready(company)
    assert company.device("cleo").get("/workbench/costs").status == 302
    fresh = Device(company.app())
    assert enter(fresh, authenticator).status == 302
    assert fresh.get("/workbench/costs").headers["location"] == "/workbench/unlock?next=/workbench/costs"
    assert by_passkey(fresh, authenticator).status == 302
    assert fresh.get("/workbench/costs").status == 200


def test_a_form_that_came_too_late_goes_on_with_a_passkey_which_no_page_gives_back(company: Company) -> None:
    cleo, authenticator, _ = ready(company)
    send(cleo, "/workbench/lock")
    late = {"name": "Linen <week>", "day": "2026-11-20", "fee": "150"}
    wanted = asked(send(cleo, "/workbench/add/deal", **late))
    sent = {"passkey_answer": authenticator.get(wanted), "passkey_made": authenticator.made(wanted)}
    wrong = send(cleo, "/workbench/add/deal", **late, **{**sent, "passkey_answer": sent["passkey_answer"][:-1]})
    assert wrong.status == 422
    assert sent["passkey_made"] not in wrong.text
    assert re.findall(r'name="passkey_(?:answer|made)"[^>]* value=', wrong.text) == []
    assert 'name="name" value="Linen &lt;week&gt;"' in wrong.text
    done = send(cleo, "/workbench/add/deal", **late, **sent)
    assert "Linen <week>" in unescape(cleo.get(done.headers["location"]).text)


def test_tries_count_with_those_of_passphrases(company: Company) -> None:
    cleo, authenticator, _ = ready(company)
    send(cleo, "/workbench/lock")
    for _ in range(5):
        assert unlock(cleo, OTHER).status == 422
        assert send(cleo, "/workbench/unlock", passkey_answer="{}", passkey_made="").status == 422
    assert by_passkey(cleo, authenticator).status == 429
    assert unlock(cleo).status == 429
    company.house.later(workbench_lock.TRIES_WITHIN)
    assert by_passkey(cleo, authenticator).status == 302


def test_another_passphrase_or_code_leaves_passkeys_as_they_are(company: Company) -> None:
    cleo, authenticator, code = ready(company)
    assert send(cleo, "/workbench/lock/passphrase", old=WORDS, new=OTHER, again=OTHER).status == 302
    elsewhere = company.device("cleo")
    assert by_passkey(elsewhere, authenticator).status == 302
    assert send(elsewhere, "/workbench/recover", code=code, new=WORDS, again=WORDS).status == 200
    assert cleo.get("/workbench").status == 302, "recovering locks elsewhere"
    assert by_passkey(cleo, authenticator).status == 302
    assert send(cleo, "/workbench/lock", where="everywhere").status == 302
    assert elsewhere.get("/workbench").status == 302
    assert by_passkey(elsewhere, authenticator).status == 302


def test_it_is_ended_by_itself_by_whoever_shows_that_it_is_she(company: Company) -> None:
    cleo, authenticator, _ = ready(company)
    elsewhere = company.device("cleo")
    by_passkey(elsewhere, authenticator)
    [(mine, _)] = workbench_passkeys.wraps(company.house.conn, account("cleo@example.test"))
    company.house.later(11 * MINUTE)
    assert send(cleo, END, passkey=mine.hex()).status == 401
    assert wraps(company) == 1
    proof = authenticator.get(options(send(cleo, END, passkey=mine.hex())))
    assert send(cleo, END, passkey=mine.hex(), passkey_proof=proof).status == 302
    assert wraps(company) == 0
    assert cleo.get("/workbench").status == 200, "here they stay open"
    assert elsewhere.get("/workbench").status == 302, "elsewhere they are locked"
    assert "data-passkey" not in elsewhere.get("/workbench/unlock").text
    assert company.house.value("SELECT count(*) FROM audit WHERE what = 'workbench.passkey_end'") == 1
    assert enter(Device(company.app()), authenticator).status == 302, "it signs in as before"
    assert let(cleo, authenticator).status == 302, "and can be let in again"


def removed(company: Company, device: Device) -> None:
    [mine] = workbench_passkeys.wraps(company.house.conn, account("cleo@example.test"))
    assert send(device, "/safety/passkeys/remove", passkey=mine[0].hex()).status == 302


def taken_away(company: Company, _: Device) -> None:
    owner = Owner(account("cleo@example.test"), "cli", "cleo@example.test")
    second_factor.take_all(company.house.conn, KEYS, owner, company.house.now)


def erased(_: Company, device: Device) -> None:
    assert send(device, "/workbench/lock/erase", word="erase").status == 302


@pytest.mark.parametrize("how", [removed, taken_away, erased])
def test_it_goes_with_the_passkey_and_with_the_books(company: Company, how: Callable[[Company, Device], None]) -> None:
    cleo, authenticator, _ = ready(company)
    elsewhere = company.device("cleo")
    sent = answered(elsewhere, authenticator)
    how(company, cleo)
    assert wraps(company) == 0
    assert cleo.get("/workbench").status == 302
    if how is not erased:
        assert send(elsewhere, "/workbench/unlock", **sent).status == 422
        assert unlock(elsewhere).status == 302, "the passphrase opens them as before"


def test_one_that_counts_backwards_opens_nothing_any_more(company: Company) -> None:
    _, authenticator, _ = ready(company)
    elsewhere = company.device("cleo")
    authenticator.keys[0].signs = 0
    assert by_passkey(elsewhere, authenticator).status == 422
    authenticator.keys[0].signs = 100
    assert wraps(company) == 0
    assert "data-passkey" not in elsewhere.get("/workbench/unlock").text
    assert unlock(elsewhere).status == 302
    assert "data-passkey" not in elsewhere.get("/workbench/lock").text, "nor can it be let in again"


def test_each_owner_has_a_salt_of_her_own_that_stays_hers(company: Company) -> None:
    cleo, carla = company.device("cleo"), company.device("carla")
    make(cleo)
    make(carla)
    conn, mine = company.house.conn, account("cleo@example.test")
    one, other = (workbench_passkeys.salt_of(conn, account(f"{name}@example.test")) for name in ("cleo", "carla"))
    assert (len(one), len(other), one != other) == (32, 32, True)
    send(cleo, "/workbench/lock/passphrase", old=WORDS, new=OTHER, again=OTHER)
    assert workbench_passkeys.salt_of(conn, mine) == one
    workbench.erase(conn, mine)
    make(cleo)
    assert workbench_passkeys.salt_of(conn, mine) not in {one, other}


def test_a_site_without_a_safe_name_says_so_and_opens_by_the_passphrase(company: Company) -> None:
    cleo, _, _ = ready(company)
    device = Device(company.app(public_url=f"http://{HOST}", hosts=(HOST,)))
    device.cookies["fanshare"] = cleo.cookies["fanshare"]
    page = device.get("/workbench/unlock")
    assert page.status == 200
    assert "data-passkey" not in page.text
    assert FIELD in page.text
    assert "that needs an address with https" in words(device.get("/workbench/lock"))


def test_a_change_of_the_master_key_finds_what_is_wrapped(company: Company) -> None:
    ready(company)
    [of] = [one for one in sealed.SEALED if one.table == "workbench_passkey"]
    [[value]] = list(sealed.values(company.house.conn, of))
    assert len(KEYS.unseal(of.purpose, value.sealed, value.place)) == 12 + 32 + 16


CANARIES = ("Canary House", "7391", WORDS, OTHER, "Phone")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("let open your books", "no longer", "passphrase of your", "another recovery code", "recovery code,")),
        (
            "de",
            ("darf deine Bücher", "nicht mehr", "Passphrase deiner", "Der vorige öffnet", "Wiederherstellungscode"),
        ),
    ],
)
def test_she_is_mailed_when_what_opens_her_books_changes_and_nothing_of_the_books(
    company: Company, language: str, said: tuple[str, ...]
) -> None:
    cleo, authenticator, _ = with_passkey(company, "cleo")
    cleo.cookies["fanshare_language"] = language
    make(cleo)
    write_down(cleo, "deal", name="Canary House", fee="7391")
    posted(company)
    wrong = let(cleo, authenticator, OTHER)
    assert (wrong.status, posted(company)) == (422, []), "nothing changed, so nothing is told"
    assert let(cleo, authenticator).status == 302
    code = shown(send(cleo, "/workbench/lock/code", old=WORDS))
    assert send(cleo, "/workbench/lock/passphrase", old=WORDS, new=OTHER, again=OTHER).status == 302
    fresh = shown(send(cleo, "/workbench/recover", code=code, new=WORDS, again=WORDS))
    [(credential, _)] = workbench_passkeys.wraps(company.house.conn, account("cleo@example.test"))
    assert send(cleo, END, passkey=credential.hex()).status == 302
    told = posted(company)
    assert [to for to, _ in told] == ["cleo@example.test"] * 5
    texts = [" ".join(text.split()) for _, text in told]
    assert [one for one in said if not any(one in text for text in texts)] == [], texts
    assert all(f"https://{HOST}/safety" in text for text in texts)
    secrets = (*CANARIES, code, fresh, credential.hex())
    assert [one for one in secrets if any(one in text for text in texts)] == []


def shown(answer: Answer) -> str:
    """The recovery code of a page."""
    found = re.search(r'<code class="hash">([a-z2-9-]{35})</code>', answer.text)
    assert found is not None, words(answer)
    return found[1]


def test_whoever_is_in_no_programme_is_mailed_where_her_books_know_where(company: Company) -> None:
    mia, authenticator, _ = with_passkey(company, "mia")
    make(mia)
    posted(company)
    assert let(mia, authenticator).status == 302
    assert posted(company) == [], "nobody knows where to"
    values = {"zone": "UTC", "rates": "", "own_rate": "", "tells": "1", "mails": "1"}
    assert send(mia, "/workbench/settings", address="mia@example.test", **values).status == 302
    assert send(mia, "/workbench/lock/code", old=WORDS).status == 200
    assert [to for to, _ in posted(company)] == ["mia@example.test"]
