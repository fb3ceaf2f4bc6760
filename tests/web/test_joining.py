"""Joining through the real pages, the real outbox and a real database: creator, fan, application, claim."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest

from fanshare.core import clickid
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, HOUR, MINUTE
from fanshare.core.terms_text import parse
from fanshare.flows import applications, joining, people
from fanshare.flows.joining import Draft
from fanshare.flows.people import Joiner, add_fan
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.queries import payout_rails
from fanshare.store.queries import payout_runs as run_rows
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import TERMS, Brand
from tests.support.mails import text_of
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import HOST, Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

OPEN = TERMS + '\n[terms]\nadmission = "open"\n\n[fans]\nbuyer_percent = "5"\n'


@dataclass
class Place:
    """The installation, with an office that sends, and a brand that lets everybody in at once."""

    company: Company
    open: Brand
    mailer: MemoryMailer

    def device(self) -> Device:
        return Device(self.company.app())

    def work(self) -> None:
        house = self.company.house
        send_due(house.conn, KEYS, PostOffice(self.mailer, f"https://{HOST}"), house.clock)

    def mail_to(self, address: str) -> str:
        """The text of the newest mail to somebody."""
        self.work()
        return text_of(next(one for one in reversed(self.mailer.sent) if one["To"] == address))

    def link_to(self, address: str) -> str:
        """The path of the link that her newest mail holds."""
        found = re.search(rf"https://{re.escape(HOST)}(/join/\S+)", self.mail_to(address))
        assert found is not None
        return found[1]

    def count(self, table: str) -> int:
        return int(self.company.house.value(f"SELECT count(*) FROM {table}"))


@pytest.fixture(scope="module")
def place(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("joining")) as company:
        opened = Brand.founded(company.house, "atelier", OPEN)
        yield Place(company, opened, MemoryMailer(company.house.clock))


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def test_whoever_has_bought_is_led_to_a_link_of_her_own_for_the_creator_she_came_by(place: Place) -> None:
    brand, wool, device = place.company.brand, place.company.other, place.device()

    def click(of: Brand, link: int) -> str:
        return clickid.mint(link, of.house.now, b"\0" * clickid.RANDOM_BYTES, of.programme.secrets.click_id)

    quince = int(place.company.house.value("SELECT id FROM link WHERE campaign = 'quinces'"))
    cleos, carlas, others = click(brand, brand.fan_link), click(brand, quince), click(wool, wool.link)
    of = place.company.house.value("SELECT code FROM link WHERE id = %s", quince)
    made = joining.share_link(brand.programme, brand.finn, brand.cleo, "DE", brand.house.now, of=brand.code)
    derived = click(brand, int(place.company.house.value("SELECT id FROM link WHERE code = %s", made)))
    fan, terms = "/join/linen/fan/", "/terms/linen"
    for path, where in (
        (cleos, f"{fan}cleo"), (f"{cleos},{carlas}", f"{fan}carla-quince?of={of}"),
        (derived, f"{fan}cleo?of={brand.code}"),
        (f"{carlas}.{cleos}.rubbish", f"{fan}cleo"),
        (cleos.upper(), f"{fan}cleo"), ("", terms), (cleos[:-1] + ("0" if cleos[-1] != "0" else "1"), terms),
        (others, terms), ("x" * 5_000, terms), ("%00%FF", terms),
    ):  # fmt: skip
        answer = device.get(f"/join/linen/share?fs={path}")
        assert (answer.status, answer.headers["location"]) == (302, where), path
    assert device.get("/join/nowhere/share").status == 404
    texts = re.findall(
        r'<pre class="sent"[^>]*>([^<]*)</pre>', place.company.device("bea").get("/brand/linen/start").text
    )
    assert sum(f"https://{HOST}/join/linen/share?fs=FS_PATH" in unescape(text) for text in texts) == 2


def test_a_creator_joins_with_three_fields_and_one_button(place: Place) -> None:
    device = place.device()
    form = device.get("/join/atelier")
    assert len(re.findall(r"<(?:input|select|textarea) id=", form.text)) == 3
    assert "follower" not in "".join(re.findall(r"<label[^>]*>[^<]*", form.text)).casefold()
    for promise in ("7.08 €", "Ready 30 days after", "too few payouts yet to tell", "at least 30 days before"):
        assert promise in words(form)
    sent = device.fill("/join/atelier", name="Mira Blau", address="mira@example.test", country="DE")
    assert "A link is on its way" in words(sent)
    path = place.link_to("mira@example.test")
    for _ in range(2):
        assert device.get(path).text.count("<button") == 1, "a mail scanner looks and changes nothing"
    assert place.company.house.value("SELECT count(*) FROM party WHERE slug = 'mira-blau'") == 0
    entered = device.fill(path)
    assert (entered.status, entered.headers["location"]) == (302, "/creator/atelier/welcome")
    welcome = device.get("/creator/atelier/welcome")
    assert "Werbung: Ich verdiene mit, wenn du kaufst." in welcome.text
    assert re.search(rf"https://{HOST}/r/\w{{8}}", welcome.text)
    assert place.device().get("/c/atelier/mira-blau").status == 200
    assert device.get("/creator/atelier").status == 200
    assert device.get(path).status == 410
    assert place.device().fill(path).status in {403, 410}


def test_a_smallest_payment_and_what_a_way_asks_are_said_before_joining(place: Place) -> None:
    access, now = place.open.access, place.company.house.now
    assert "There is no minimum, no fee" in words(place.device().get("/join/atelier"))
    run_rows.set_rule(access, "EUR", 25_000_000, None)
    payout_rails.put(access, payout_rails.Row("tremendous", b"sealed", "test", now))
    told = words(place.device().get("/join/atelier"))
    assert "It is paid once 25.00 € are ready together" in told
    assert "or by Tremendous from 1.00 € on." in told
    assert "no minimum" not in told
    described = json.loads(place.device().get("/.well-known/fanshare.json").text)["programmes"]
    paid = {one["slug"]: one["paid"] for one in described}
    assert paid["linen"] == {"minimum": _euros("0"), "ways": [{"way": "bank", "minimum": _euros("0")}]}
    assert paid["atelier"]["minimum"] == _euros("25000000")
    assert paid["atelier"]["ways"][1:] == [{"way": "tremendous", "minimum": _euros("1000000")}]
    run_rows.set_rule(access, "EUR", 0, None)
    payout_rails.end(access, "tremendous")
    assert "There is no minimum, no fee" in words(place.device().get("/join/atelier"))


def _euros(micros: str) -> dict[str, str]:
    return {"micros": micros, "currency": "EUR"}


def test_joining_twice_is_once_and_looks_the_same_from_outside(place: Place) -> None:
    def shape(address: str) -> tuple[int, str]:
        answer = place.device().fill("/join/atelier", name="Again", address=address, country="DE")
        return answer.status, answer.text

    place.company.house.later(2 * MINUTE)
    first, second = place.device(), place.device()
    assert shape("twice@example.test") == shape("cleo@example.test")
    for device in (first, second):
        device.fill(place.link_to("twice@example.test"))
        place.company.house.later(2 * MINUTE)
        shape("twice@example.test")
    names = place.company.house.rows("SELECT slug FROM party WHERE slug LIKE %s", "again%")
    assert names == [("again",)]
    assert second.get("/creator/atelier").status == 200


def test_a_fan_gets_a_link_whose_message_begins_with_the_label(place: Place) -> None:
    device = place.device()
    page = device.get("/join/linen/fan/cleo")
    assert "about 1.41 € on an order of 59.00 €" in words(page)
    assert "7.08 €" in words(page), "the ladder to a creator shows both numbers"
    device.fill("/join/linen/fan/cleo", address="fred@example.test", country="GB")
    path = place.link_to("fred@example.test")
    shown = device.get(path)
    assert "18 or older" in words(shown)
    assert device.fill(path).headers["location"] == "/fan/linen/share"
    share = device.get("/fan/linen/share")
    message = re.search(r"<textarea[^>]*>([^<]*)</textarea>", share.text)
    assert message is not None
    assert re.fullmatch(rf"Ad: I earn if you buy\. https://{HOST}/r/\w{{8}}", message[1])
    assert "About 1.41 € on an order of 59.00 € ; ready 30 days after shipping; your balance never expires" in words(
        share
    )
    person = place.company.house.value("SELECT person_id FROM party WHERE kind = 'fan' ORDER BY id DESC LIMIT 1")
    kept = place.company.brand.programme.vault.get(person, people.AGE)
    assert kept is not None
    assert kept.startswith(b"18 or older, said on 2026-")
    place.company.house.later(2 * MINUTE)
    device.fill("/join/linen/fan/cleo", address="fred@example.test", country="GB")
    device.fill(place.link_to("fred@example.test"))
    assert device.get("/fan/linen/share").text.count("/r/") == share.text.count("/r/"), "she keeps the link she has"
    assert place.device().get("/join/linen/fan/nobody").status == 404


def test_an_application_waits_for_one_answer_and_is_then_forgotten(place: Place) -> None:
    device = place.device()
    form = device.get("/join/linen")
    assert len(re.findall(r"<(?:input|select|textarea) id=", form.text)) == 6
    values = {"name": "Nele", "address": "nele@example.test", "country": "DE", "makes": "Weaving", "why": "Good linen"}
    device.fill("/join/linen", **values)
    device.fill(path := place.link_to("nele@example.test"))
    assert device.get(path).status == 410
    assert device.get("/creator/linen").headers["location"] == "/sign-in"
    programme = place.company.brand.programme
    [waiting] = [one for one in applications.waiting(programme, limit=10) if one.draft.name == "Nele"]
    assert waiting.draft.makes == "Weaving"
    at = place.company.house.now
    applications.answer(programme, waiting.id, accept=True, words="Nice weaving.", now=at)
    with pytest.raises(ConflictError, match="answered already"):
        applications.answer(programme, waiting.id, accept=False, words="", now=at)
    letter = place.mail_to("nele@example.test")
    assert "has accepted you" in letter
    assert "Nice weaving." in letter
    assert place.company.house.value("SELECT count(*) FROM application WHERE sealed IS NOT NULL") == 0
    assert place.device().get("/c/linen/nele").status == 200
    assert place.company.house.value("SELECT count(*) FROM link l JOIN party p ON p.id = l.creator_party_id"
                                     " WHERE p.slug = 'nele'") == 1  # fmt: skip


def test_a_declined_application_leaves_nobody_behind(place: Place) -> None:
    programme, now = place.company.brand.programme, place.company.house.now
    draft = Draft(joining.APPLICATION, "odd@example.test", "Odd", country="DE")
    token = joining.make_link(programme.access, KEYS, draft, now)
    assert token is not None
    assert joining.confirm(programme, token, now) == joining.Joined(joining.APPLICATION, "odd@example.test")
    [waiting] = applications.waiting(programme, limit=10)
    people = place.count("party")
    applications.answer(programme, waiting.id, accept=False, words="", now=now)
    assert "has not accepted" in place.mail_to("odd@example.test")
    assert place.count("party") == people
    with pytest.raises(BadInputError, match="no such application"):
        applications.answer(programme, 10**9, accept=True, words="", now=now)


def test_a_buyer_claims_what_came_back_to_her_and_nobody_else_does(place: Place) -> None:
    brand, house = place.open, place.company.house
    tell(brand, order(brand, "b1", brand.fan_link), order(brand, "b2", brand.fan_link))
    unclaimed = "SELECT count(*) FROM position WHERE bucket = 'unclaimed' AND amount > 0"
    assert house.value(unclaimed) == 2
    for address in ("other@example.test", "b1@example.test"):
        device = place.device()
        device.fill("/join/atelier/claim", address=address)
        assert device.fill(place.link_to(address)).headers["location"] == "/home"
        house.work()
        assert house.value(unclaimed) == (2 if address.startswith("other") else 1)
    amount = house.value(
        "SELECT p.amount FROM position p JOIN shop_order o ON o.id = p.order_id WHERE o.external_id = 'b1'"
        " AND p.role = 'buyer' AND p.party_id IS NOT NULL"
    )
    assert amount == 354_000


@pytest.mark.parametrize(
    ("path", "values", "said"),
    [
        ("/join/atelier", {"name": "", "address": "a@example.test"}, "Say the name"),
        ("/join/atelier", {"name": "A", "address": "nonsense"}, "is not an e-mail address"),
        ("/join/atelier", {"name": "A" * 81, "address": "a@example.test"}, "at most 80 characters"),
        ("/join/atelier", {"name": "A", "address": "a@example.test", "country": "XX"}, "no advertising label"),
        ("/join/linen", {"name": "A", "address": "a@example.test", "why": "w" * 1501}, "at most 1500 characters"),
        ("/join/linen/fan/cleo", {"address": "a@example.test\x00"}, "holds at most"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    place: Place, path: str, values: dict[str, str], said: str
) -> None:
    before = place.count("outbox")
    answer = place.device().fill(path, **{"country": "DE", **values})
    assert answer.status == 422
    assert said in words(answer)
    assert values["address"].strip("\x00") in answer.text
    assert place.count("outbox") == before


def test_a_link_ends_after_a_day_and_drafts_go_with_it(place: Place) -> None:
    programme, now = place.open.programme, place.company.house.now
    draft = Draft(joining.CREATOR, "late@example.test", "Late", country="DE")
    tokens = [joining.make_link(programme.access, KEYS, draft, now) for _ in range(joining.DRAFTS_AT_ONCE + 1)]
    assert tokens[-1] is None, "more links would only fill a mailbox"
    assert tokens[0] is not None
    assert joining.look(programme.access, KEYS, tokens[0], now + DAY - HOUR) == draft
    assert joining.look(programme.access, KEYS, tokens[0], now + DAY) is None
    assert joining.confirm(programme, tokens[0], now + DAY) is None
    assert joining.forget_old(programme.access, now + DAY) >= joining.DRAFTS_AT_ONCE - 1
    sealed = place.company.house.value("SELECT string_agg(sealed, ''::bytea) FROM outbox")
    assert b"example.test" not in bytes(sealed or b""), "what was typed lies sealed"


def test_admission_that_changed_meanwhile_uses_nothing_up(place: Place) -> None:
    company = place.company
    brand = Brand.founded(company.house, "changing", OPEN)
    draft = Draft(joining.CREATOR, "early@example.test", "Early", country="DE")
    token = joining.make_link(brand.access, KEYS, draft, company.house.now)
    assert token is not None
    publish_terms(brand.access, parse(TERMS, "toml"), company.house.now)
    later = company.house.now + 31 * DAY
    for moment in (company.house.now, later):
        if brand.programme.book.at(moment).open_admission:
            continue
        with pytest.raises(BadInputError, match="has just changed"):
            joining.check(draft, open_admission=brand.programme.book.at(moment).open_admission)
    assert joining.look(brand.access, KEYS, token, company.house.now) == draft


def test_without_mail_the_pages_say_so_and_keep_nothing(place: Place) -> None:
    device = Device(place.company.app(mail=False))
    before = place.count("outbox")
    for path in ("/join/atelier", "/join/linen/fan/cleo", "/join/linen/claim"):
        page = device.get(path)
        assert "Mail is not set up here" in words(page)
        assert "fanshare login-link" in words(page)
        assert '<form class="form"' not in page.text
    assert place.count("outbox") == before


def test_a_visitor_may_not_fill_mailboxes(place: Place) -> None:
    device = place.device()
    answers = [device.fill("/join/linen/claim", address=f"n{n}@example.test").status for n in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_the_pages_of_joining_speak_german(place: Place) -> None:
    page = place.device().get("/join/linen/fan/cleo", HTTP_ACCEPT_LANGUAGE="de")
    assert 'lang="de"' in page.text
    assert "Teile, was Cleo zeigt" in words(page)
    assert "1,41 €" in words(page)
    assert "der Shop behält" in words(page)


def test_other_servers_read_what_can_be_joined(place: Place) -> None:
    answer = place.device().get("/.well-known/fanshare.json")
    assert answer.headers["content-type"] == "application/json"
    found = {one["slug"]: one for one in json.loads(answer.text)["programmes"]}
    assert found["atelier"]["terms"]["admission"] == "open"
    assert found["linen"]["terms"]["admission"] == "application"
    assert found["linen"]["join"] == f"https://{HOST}/join/linen"
    assert found["linen"]["terms"]["hash"] == place.company.brand.programme.book.newest.hash
    assert "Cleo" not in answer.text


def test_a_name_that_is_taken_gets_a_number(place: Place) -> None:
    programme, now = place.open.programme, place.company.house.now
    slugs = []
    for _ in range(2):
        party = joining.admit(programme, "Ö", "", now)
        slugs.append(place.company.house.value("SELECT slug FROM party WHERE id = %s", party))
    assert slugs == ["creator", "creator-2"]


def test_an_address_that_was_only_learned_from_an_order_opens_nobody_else(place: Place) -> None:
    """A keyed hash in the books is no proof: what counts is the address kept in the vault."""
    programme, now = place.open.programme, place.company.house.now
    stranger = add_fan(programme, Joiner("Stranger"), now)
    place.company.house.conn.execute(
        "INSERT INTO party_identity (programme_id, party_id, kind, hash, known_at) VALUES (%s, %s, 'email', %s, %s)",
        [programme.access.programme_id, stranger, programme.pseudonym("email", "seen@example.test"), now],
    )
    draft = Draft(joining.CLAIM, "seen@example.test")
    token = joining.make_link(programme.access, KEYS, draft, now)
    assert token is not None
    joined = joining.confirm(programme, token, now)
    assert joined is not None
    assert joined.party != stranger
