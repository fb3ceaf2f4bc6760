"""Another address for an account: the new mailbox says yes, the old one can say no, and all that is hers goes along."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fanshare.core import one_time_code
from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, HOUR, MINUTE, SECOND
from fanshare.core.payee_account import iban_account
from fanshare.flows import (
    account_rows,
    address_change,
    own_data,
    payees,
    people,
    second_factor,
    shop_credits,
    staff,
    workbench_keys,
    workbench_lock,
)
from fanshare.flows.account_rows import HANGS
from fanshare.flows.address_change import address_changed_within
from fanshare.flows.authorisation import Post
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.sign_in import make_link, seats_of
from fanshare.flows.signed_in import Owner
from fanshare.flows.workbench_keys import Cost
from fanshare.store.access import connect
from fanshare.store.queries import shop_credits as credit_rows
from fanshare.store.queries import workbench
from fanshare.store.queries.address_changes import UNDO_FOR
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.address import (
    RUNNING,
    account,
    changed,
    everything,
    posted,
    running,
    send,
    token_in,
    where,
    whole_move,
    words,
)
from tests.web.support.company import Company, founded
from tests.web.support.device import Device

__all__ = ["schema_template"]
#: Columns that hold the hash of an address, by what they are called; found in the catalogue, not listed.
_LIKE_ACCOUNTS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
 WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
   AND ((c.domain_name = 'hash32' AND c.column_name LIKE '%account%') OR c.column_name = 'email_hash')
"""


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("address")) as made:
        yield made


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench_keys, "COST", Cost(64, 1, 1))


def audited(company: Company, what: str) -> list[tuple[Any, ...]]:
    return company.house.rows("SELECT actor, about FROM audit WHERE what = %s ORDER BY id", what)


def test_the_new_mailbox_confirms_by_a_button_and_the_old_one_can_take_it_back(company: Company) -> None:
    carla, elsewhere, stranger = company.device("carla"), company.device("carla"), company.device()
    seats = seats_of(company.house.conn, KEYS, "carla@example.test")
    assert "carla@example.test" in words(carla.get("/address"))
    company.house.later(31 * MINUTE)
    assert send(carla, "/address", address="new@example.test").status == 401
    carla = company.device("carla")
    assert send(carla, "/address", address="new@example.test").headers["location"] == "/address"
    assert "We sent a mail to new@example.test" in words(carla.get("/address"))
    [(to, text)] = posted(company)
    assert to == "new@example.test"
    assert "carla" not in text, "a stranger's mailbox learns nothing"
    link = token_in(text, "confirm")
    for _ in range(3):
        looked = stranger.get(f"/address/confirm?t={link}")
        assert "Press the button to use new@example.test" in words(looked)
        assert "carla@" not in looked.text
    assert seats_of(company.house.conn, KEYS, "carla@example.test") == seats, "looking changes nothing"
    assert stranger.get(f"/address/undo?t={link}").status == 410, "it is a link to confirm"
    assert "The address is changed" in words(send(stranger, "/address/confirm", t=link))
    assert seats_of(company.house.conn, KEYS, "carla@example.test") == ()
    assert seats_of(company.house.conn, KEYS, "NEW@example.test ") == seats
    for device in (carla, elsewhere):
        assert device.get("/home").headers["location"] == "/sign-in"
    assert send(stranger, "/address/confirm", t=link).status == 410
    [(to, text)] = posted(company)
    assert to == "carla@example.test"
    assert "new@" not in text
    back = token_in(text, "undo")
    assert "carla@example.test" in words(stranger.get(f"/address/undo?t={back}"))
    thief = Device(company.app())
    assert thief.sign_in(make_link(company.house.conn, KEYS, "new@example.test", company.house.now)).status == 302
    assert "Until" in words(thief.get("/address"))
    assert "It is taken back" in words(send(stranger, "/address/undo", t=back))
    assert seats_of(company.house.conn, KEYS, "carla@example.test") == seats
    assert seats_of(company.house.conn, KEYS, "new@example.test") == ()
    assert thief.get("/home").headers["location"] == "/sign-in"
    assert send(stranger, "/address/undo", t=back).status == 410
    assert posted(company) == []
    for what in ("address.ask", "address.change", "address.undo"):
        assert audited(company, what)[-1] == (f"creator:{company.carla}", ""), what
    assert company.house.rows("SELECT * FROM address_change") == []


def test_what_the_database_keeps_of_a_change_names_no_address(company: Company) -> None:
    back = changed(company, "fay", "fay.elsewhere@example.test")
    [row] = company.house.rows("SELECT c::text FROM address_change c")
    for canary in ("fay", "elsewhere", back, b"elsewhere".hex()):
        assert canary not in row[0]
    outbox = company.house.rows("SELECT o::text FROM outbox o WHERE kind = 'address'")
    assert "example" not in str(outbox)
    content = own_data.copy(company.brand.programme, company.fay, company.house.now)["change_of_address"]
    assert (content["to"], content["done"]) == ("fay.elsewhere@example.test", True), "the control: it is there"
    assert send(company.device(), "/address/undo", t=back).status == 200
    assert own_data.copy(company.brand.programme, company.fay, company.house.now)["change_of_address"] is None


def test_everything_that_hangs_on_an_address_moves_and_comes_back(company: Company) -> None:
    conn, now = company.house.conn, company.house.now
    old, new = everything(company, "ida"), "ida.new@example.test"
    seats, before = seats_of(conn, KEYS, old), where(company, conn, old)
    assert len(seats) == 5
    ended = {"address_change", "joining", "provider_link", "sign_in_link", "web_session"}
    assert before == {table for table, _ in HANGS} - ended
    back = whole_move(company, old, new)
    assert seats_of(conn, KEYS, new) == seats
    assert second_factor.state_of(conn, account(new)).on
    assert not second_factor.state_of(conn, account(old)).on
    assert running(company, new) == RUNNING, "her passphrase opens her books as before"
    with pytest.raises(ConflictError):
        workbench_lock.erase(conn, Owner(account(new), "test"), now)
    waiting = company.brand.access.fetch_one(
        "SELECT sealed FROM application WHERE programme_id = %(programme_id)s AND account = %(account)s",
        {"account": account(new)},
    )
    assert waiting is not None
    assert json.loads(KEYS.unseal("joining", bytes(waiting[0]), account(new)))["address"] == new
    # What stays behind is the change itself, the mails' keys, and the hash by which her own purchases are known.
    assert where(company, conn, old) == {"address_change", "outbox", "party_identity"}
    company.house.later(one_time_code.STEP)
    assert address_change.undo(conn, KEYS, back, now) is not None
    assert seats_of(conn, KEYS, old) == seats
    assert second_factor.state_of(conn, account(old)).on
    assert where(company, conn, old) == before | {"outbox"}
    assert running(company, old) == RUNNING
    assert where(company, conn, new) == set(), "the other address leaves nothing behind"
    code = one_time_code.code(one_time_code.SECRET_BYTES * b"s", one_time_code.step_of(company.house.now))
    assert second_factor.prove(conn, KEYS, Owner(account(old), "test"), code, company.house.now), (
        "her app opens with the old account"
    )


def test_no_column_that_holds_an_account_is_forgotten(company: Company) -> None:
    with connect(company.house.database.dsn(owner=True), name="test") as conn, conn.transaction(force_rollback=True):
        found = set(conn.execute(_LIKE_ACCOUNTS).fetchall())
        assert found == set(HANGS) - {("party_identity", "hash")}
        conn.execute("CREATE TABLE planted (programme_id bigint, account hash32, note text)")
        assert set(conn.execute(_LIKE_ACCOUNTS).fetchall()) - found == {("planted", "account")}
        conn.execute("INSERT INTO planted VALUES (1, %s, '')", [account("zed@example.test")])
        assert where(company, conn, "zed@example.test") == {"planted"}


def test_whoever_has_the_new_address_already_is_told_and_the_answer_is_the_same(company: Company) -> None:
    mona = company.device("mona")
    answers = []
    for wish in ("cleo@example.test", "nobody@example.test"):
        sent = send(mona, "/address", address=wish)
        shown = words(mona.get("/address")).replace(wish, "ADDRESS")
        answers.append((sent.status, sent.headers["location"], shown))
        [(to, text)] = posted(company)
        assert to == wish
        assert ("/address/confirm" in text) is (wish == "nobody@example.test")
        company.house.later(MINUTE)
    assert answers[0] == answers[1]
    assert "known here already" in text or "This link shows one button" in text
    link = token_in(text, "confirm")
    staff.add_operator(company.house.conn, KEYS, "nobody@example.test", company.house.now)
    late = send(company.device(), "/address/confirm", t=link)
    assert (late.status, "belongs to somebody here already" in words(late)) == (410, True)
    assert seats_of(company.house.conn, KEYS, "mona@example.test")
    assert company.house.rows("SELECT * FROM address_change") == []
    for wrong, said in (("mona@example.test", "your address already"), ("x", "like an e-mail address")):
        refused = send(mona, "/address", address=wrong)
        assert (refused.status, said in words(refused)) == (422, True)


def test_another_wish_replaces_the_one_that_waits(company: Company) -> None:
    fina, links = company.device("fina"), []
    for wish in ("fina.one@example.test", "fina.two@example.test"):
        assert send(fina, "/address", address=wish).status == 302
        links += [token_in(text, "confirm") for _, text in posted(company)]
        company.house.later(MINUTE)
    assert company.house.value("SELECT count(*) FROM address_change") == 1
    assert send(company.device(), "/address/confirm", t=links[0]).status == 410
    company.house.later(DAY)
    assert send(company.device(), "/address/confirm", t=links[1]).status == 410, "it lives a day"
    address_change.forget_old(company.house.conn, company.house.now)
    assert company.house.value("SELECT count(*) FROM address_change") == 0


def test_for_72_hours_nothing_she_earned_goes_anywhere_new_and_then_it_may(company: Company) -> None:
    brand, house, conn = company.brand, company.house, company.house.conn
    party = add_creator(brand.programme, Joiner("Uma", "uma@example.test"), house.now)
    new = "uma.new@example.test"
    back = changed(company, "uma", new)
    device = Device(company.app())
    assert device.sign_in(make_link(conn, KEYS, new, house.now)).status == 302
    account_of_hers = iban_account("Uma", "DE89370400440532013000")

    def tried() -> list[str]:
        codes = []
        for act in (
            lambda: payees.change(brand.programme, party, account_of_hers, house.now, adult=True),
            lambda: own_data.leave(brand.programme, party, house.now),
            lambda: address_change.refuse_if_changed(brand.access, KEYS, party, house.now),
        ):
            try:
                with brand.access.transaction():
                    act()
                    raise LookupError
            except LookupError:
                codes.append("may")
            except ConflictError as error:
                codes.append(error.code)
        return codes

    assert tried() == ["address_changed"] * 3
    left = send(device, f"/account/{company.slug}", word="leave")
    assert (left.status, "changed within 72 hours" in words(left)) == (422, True)
    assert send(device, "/address", address="uma.third@example.test").status == 422
    house.later(UNDO_FOR - SECOND)
    assert address_changed_within(conn, account(new), house.now)
    assert not address_changed_within(conn, account(new), house.now, HOUR)
    assert tried() == ["address_changed"] * 3
    house.later(2 * SECOND)
    assert tried() == ["may"] * 3
    assert send(company.device(), "/address/undo", t=back).status == 410
    address_change.forget_old(conn, house.now)
    assert house.value("SELECT count(*) FROM address_change") == 0


def test_credit_is_not_made_of_her_money_meanwhile(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    brand, house = company.brand, company.house
    party = add_fan(brand.programme, Joiner("Vera", "vera@example.test"), house.now)
    shop = [type("Shop", (), {"id": brand.shop.id, "currency": "EUR"})()]
    monkeypatch.setattr(credit_rows, "shops", lambda _access: shop)
    wish = shop_credits.Wish(party, brand.shop.id, "EUR", 1_000_000)
    changed(company, "vera", "vera.new@example.test")
    with pytest.raises(ConflictError) as refused:
        shop_credits.ask(brand.programme, wish, "key-of-vera-1", house.now)
    assert refused.value.code == "address_changed"
    house.later(UNDO_FOR + SECOND)
    with pytest.raises(ConflictError) as control:
        shop_credits.ask(brand.programme, wish, "key-of-vera-2", house.now)
    assert control.value.code != "address_changed", "the control: she has nothing ready, and that is all"


def test_what_was_put_in_the_way_of_undoing_gives_way(company: Company) -> None:
    conn, brand = company.house.conn, company.brand
    owner, app = "greta@example.test", one_time_code.SECRET_BYTES * b"t"
    staff.add_brand_person(brand.access, brand.tenant.public_id, KEYS, owner, company.house.now, post=Post.OWNER)
    [seat] = seats_of(conn, KEYS, owner)
    back = changed(company, "greta", "thief@example.test")
    later = company.house.later(MINUTE)
    for address in ("thief@example.test", owner):
        step = one_time_code.code(app, one_time_code.step_of(later))
        second_factor.turn_on(conn, KEYS, Owner(account(address), "thief"), app, step, later)
    staff.add_brand_person(brand.access, brand.tenant.public_id, KEYS, owner, later, post=Post.READER)
    staff.add_operator(conn, KEYS, owner, later)
    assert send(company.device(), "/address/undo", t=back).status == 200
    mine = seats_of(conn, KEYS, owner)
    assert seat in mine
    assert [one for one in mine if one.role == "brand"] == [seat], "the reader that was put there is gone"
    assert seats_of(conn, KEYS, "thief@example.test") == ()
    assert not second_factor.state_of(conn, account("thief@example.test")).on, "the thief's app is gone"
    assert not second_factor.state_of(conn, account(owner)).on, "and the one that was put under her address"


def test_a_purchase_by_the_new_address_is_her_own_until_the_change_is_undone(company: Company) -> None:
    brand = company.brand
    party = add_creator(brand.programme, Joiner("Pia", "pia@example.test"), company.house.now)

    def hashes() -> set[str]:
        statement = "SELECT hash FROM party_identity WHERE programme_id = %(programme_id)s AND party_id = %(party)s"
        return {row[0] for row in brand.access.fetch(statement, {"party": party})}

    old, new = (brand.programme.pseudonym("email", f"{name}@example.test") for name in ("pia", "pia.new"))
    back = changed(company, "pia", "pia.new@example.test")
    assert hashes() == {old, new}
    assert send(company.device(), "/address/undo", t=back).status == 200
    assert hashes() == {old}


def test_of_two_who_confirm_at_the_same_moment_one_wins(company: Company) -> None:
    house, brand = company.house, company.brand
    links = []
    for name in ("quinn", "rosa"):
        add_creator(brand.programme, Joiner(name.title(), f"{name}@example.test"), house.now)
        assert send(company.device(name), "/address", address="wanted@example.test").status == 302
    links = [token_in(text, "confirm") for _, text in posted(company)]
    assert len(links) == 2

    def press(link: str) -> bool:
        with connect(house.database.dsn(), name="test") as conn:
            return address_change.confirm(conn, KEYS, link, house.now) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, links * 4)) == 1
    assert len(seats_of(house.conn, KEYS, "wanted@example.test")) == 1


def test_who_is_erased_leaves_no_change_behind(company: Company) -> None:
    brand = company.brand
    party = add_creator(brand.programme, Joiner("Wanda", "wanda@example.test"), company.house.now)
    back = changed(company, "wanda", "wanda.new@example.test")
    people.erase(brand.programme, party, company.house.now)
    gone = company.house.value("SELECT count(*) FROM address_change WHERE account = %s", account("wanda@example.test"))
    assert gone == 0
    assert send(company.device(), "/address/undo", t=back).status == 410


def test_mails_and_pages_speak_german(company: Company) -> None:
    add_creator(company.brand.programme, Joiner("Xenia", "xenia@example.test"), company.house.now)
    xenia = company.device("xenia")
    xenia.cookies["fanshare_language"] = "de"
    assert "Deine Adresse" in words(xenia.get("/address", HTTP_ACCEPT_LANGUAGE="de"))
    xenia.get("/sign-in?again=1")
    form = {"csrfmiddlewaretoken": xenia.cookies["fanshare_form"], "address": "xenia.neu@example.test"}
    assert xenia.post("/address", form, HTTP_ACCEPT_LANGUAGE="de").status == 302
    [(_, text)] = posted(company)
    assert "Dieser Link zeigt einen Knopf" in text
    assert send(company.device(), "/address/confirm", t=token_in(text, "confirm")).status == 200
    [(_, text)] = posted(company)
    assert "hat jetzt eine andere Adresse" in text


def test_a_session_without_an_account_and_a_site_without_mail_say_so(company: Company) -> None:
    bea = company.device("bea", company.app(mail=False))
    assert "sends no mail yet" in words(bea.get("/address"))
    assert account_rows.there(company.house.conn, KEYS, "nobody.at.all@example.test") is False
    assert company.device().get("/address").headers["location"] == "/sign-in"


def test_whoever_is_known_by_a_hash_alone_types_her_address_once_more(company: Company) -> None:
    conn = company.house.conn
    workbench.add_seat(conn, account("zoe@example.test"), company.house.now)
    zoe = company.device("zoe")
    posted(company)
    assert "only a mark is kept here" in words(zoe.get("/address"))
    for current in ("", "cleo@example.test"):
        refused = send(zoe, "/address", address="zoe.new@example.test", current=current)
        assert (refused.status, "not the address that you signed in with" in words(refused)) == (422, True)
    assert send(zoe, "/address", address="zoe.new@example.test", current="Zoe@example.test").status == 302
    [(_, text)] = posted(company)
    assert send(company.device(), "/address/confirm", t=token_in(text, "confirm")).status == 200
    assert [seat.role for seat in seats_of(conn, KEYS, "zoe.new@example.test")] == ["bench"]
    assert seats_of(conn, KEYS, "zoe@example.test") == ()
