"""The outbox and the weekly mail: sent once, retried, never in clear on the disk, and never against somebody's wish."""

import re
from collections.abc import Iterator

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.core.terms_text import parse
from fanshare.flows import mail_choice, outbox, posts, sign_in, weekly_mail
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, erase
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store import directory, log_store
from fanshare.store.access import Connection, connect
from fanshare.store.server import Database
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, TERMS
from tests.support.mails import text_of
from tests.support.schema import NOW, conn, database, found, schema_template

__all__ = ["conn", "database", "schema_template"]

CLEO, FINN, STRAY = (f"{name}@example.test" for name in ("cleo", "finn", "stray"))


class House:
    """One programme with Cleo, Finn and a fan without an address, and an office that keeps what it sends."""

    def __init__(self, conn: Connection) -> None:
        self.conn, self.now = conn, NOW
        access = found(conn, "bea").access
        self.tenant = next(one for one in directory.programmes(conn) if one.id == access.programme_id)
        publish_terms(access, parse(TERMS, "toml"), NOW)
        self.programme: Programme = open_programme(access, self.tenant.public_id, KEYS)
        self.cleo = add_creator(self.programme, Joiner("Cleo", CLEO), NOW)
        self.finn = add_fan(self.programme, Joiner("", FINN), NOW)
        add_fan(self.programme, Joiner("Nameless"), NOW)
        self.mailer = MemoryMailer(lambda: self.now)
        self.office = PostOffice(self.mailer, "https://share.example")

    def seal(self) -> str:
        """A checkpoint of now, whose signature nobody looks at here."""
        return log_store.write_checkpoint(self.programme.access, _note, self.now)

    def grow(self) -> None:
        """One more record in the books, and a seal over it."""
        log_store.append(self.programme.access, [{"kind": "ruling", "at": str(self.now)}])
        self.seal()

    def work(self, now: Instant | None = None) -> int:
        """One round of the mail job."""
        self.now = now or self.now
        return send_due(self.conn, KEYS, self.office, lambda: self.now)

    def plan(self) -> int:
        """One round of the weekly job."""
        return weekly_mail.plan(self.programme.access, KEYS, self.now)

    def states(self) -> dict[str, int]:
        """How many mails are in which state."""
        return dict(self.conn.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())


def _note(size: int, root: bytes, *_: object) -> str:
    return f"share.example/log\n{size}\n{root.hex()}\n\n— share.example/log AAAA\n"


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    with connect(database.dsn()) as opened:
        yield House(opened)


def test_a_wish_becomes_a_mail_whose_link_signs_in(house: House) -> None:
    outbox.wish_link(house.conn, KEYS, CLEO, house.now)
    outbox.wish_link(house.conn, KEYS, " Cleo@Example.test", house.now)
    assert house.work() == 1
    [mail] = house.mailer.sent
    assert mail["To"] == CLEO
    assert mail["Subject"] == "Your link to sign in at share.example"
    link = re.search(r"https://share\.example/sign-in/confirm\?t=([\w-]{43})\n", text_of(mail))
    assert link is not None
    assert sign_in.redeem(house.conn, KEYS, link[1], house.now)
    assert house.work() == 0
    assert house.states() == {"sent": 1}


def test_a_wish_for_nobody_sends_nothing_and_leaves_no_address(house: House) -> None:
    outbox.wish_link(house.conn, KEYS, STRAY, house.now)
    stored = str(house.conn.execute("SELECT * FROM outbox").fetchall())
    assert "stray" not in stored
    assert b"stray".hex() not in stored
    assert house.work() == 0
    assert house.states() == {"dropped": 1}
    assert house.conn.execute("SELECT sealed FROM outbox").fetchall() == [(None,)]


def test_a_wish_that_could_not_be_sent_in_its_time_is_dropped(house: House) -> None:
    outbox.wish_link(house.conn, KEYS, CLEO, house.now)
    house.mailer.away = True
    assert house.work() == 0
    assert house.states() == {"due": 1}
    house.mailer.away = False
    assert house.work(NOW + 16 * MINUTE) == 0
    assert house.states() == {"dropped": 1}


def test_everybody_with_an_address_is_told_the_newest_seal_once_a_week(house: House) -> None:
    note = house.seal()
    assert house.plan() == 2
    assert house.plan() == 0
    assert house.work() == 2
    texts = {mail["To"]: text_of(mail) for mail in house.mailer.sent}
    assert set(texts) == {CLEO, FINN}
    assert "Hello Cleo," in texts[CLEO]
    assert "Hello,\n" in texts[FINN]
    assert all(note in text for text in texts.values()), "the signed note must survive as it is"
    assert len({mail["Message-ID"] for mail in house.mailer.sent}) == 2
    house.now += 8 * DAY
    assert house.plan() == 0, "the books have not grown, so that there is nothing new to witness"
    add_creator(house.programme, Joiner("Dana", "dana@example.test"), house.now)
    house.grow()
    assert house.plan() == 3
    house.now += 6 * DAY
    house.grow()
    assert house.plan() == 0


def test_a_fan_reads_in_it_who_posted_something_for_fans_and_never_what(house: House) -> None:
    add_link(house.programme, NewLink(house.cleo, house.finn, "https://shop.example/x", LABEL), NOW)
    seen: list[str] = []
    for shown in (False, True):
        posts.write(house.programme, house.cleo, posts.Draft("Secret title", "Secret words"), house.now, shown=shown)
        house.grow()
        house.plan()
        house.work()
        seen.append("".join(text_of(mail) for mail in house.mailer.sent))
        house.mailer.sent.clear()
        house.now += 8 * DAY
    line = "Cleo posted something for her fans; it stands under My creators."
    assert [one.count(line) for one in seen] == [0, 1], "hidden, then shown; to Finn and not to Cleo"
    assert "Secret" not in "".join(seen)
    house.grow()
    house.plan()
    house.work()
    assert line not in "".join(text_of(mail) for mail in house.mailer.sent), "told once"


def test_one_click_stops_it_for_this_party_alone(house: House) -> None:
    house.seal()
    house.plan()
    house.work()
    mail = next(one for one in house.mailer.sent if one["To"] == FINN)
    url = mail["List-Unsubscribe"].strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in text_of(mail)
    token = url.removeprefix("https://share.example/mail/stop/")
    assert mail_choice.stop(house.conn, KEYS, token, house.now, really=True) == house.tenant.name
    house.now += 8 * DAY
    house.grow()
    assert house.plan() == 1
    assert house.work() == 1
    assert house.mailer.sent[-1]["To"] == CLEO


def test_whoever_was_erased_or_said_no_meanwhile_is_not_written_to(house: House) -> None:
    house.seal()
    assert house.plan() == 2
    erase(house.programme, house.cleo, house.now)
    token = mail_choice.stop_token(KEYS, house.tenant.id, house.finn)
    mail_choice.stop(house.conn, KEYS, token, house.now, really=True)
    assert house.work() == 0
    assert house.states() == {"dropped": 2}


def test_no_token_stops_somebody_elses_mail(house: House) -> None:
    token = mail_choice.stop_token(KEYS, house.tenant.id, house.finn)
    for wrong in ("", "A" * 30, token[:-4] + "AAAA", "ä" * 24, token + "A" * 8):
        assert mail_choice.stop(house.conn, KEYS, wrong, house.now, really=True) is None, wrong
    assert house.conn.execute("SELECT count(*) FROM mail_choice").fetchone() == (0,)


def test_a_server_that_is_away_is_tried_again_less_and_less_often(house: House) -> None:
    house.seal()
    house.plan()
    house.mailer.away = True
    waits = []
    while house.states() == {"due": 2}:
        [(due,)] = house.conn.execute("SELECT DISTINCT due_at FROM outbox").fetchall()
        waits.append((due - house.now) // MINUTE)
        house.work(due)
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128]
    assert house.states() == {"failed": 2}
    house.now += 31 * DAY
    outbox.forget_old(house.conn, house.now)
    assert house.states() == {}


def test_a_refused_recipient_is_not_tried_again_and_stops_nobody_else(house: House) -> None:
    house.seal()
    house.plan()
    house.mailer.refuses.add(CLEO)
    assert house.work() == 1
    assert house.states() == {"failed": 1, "sent": 1}
    assert CLEO not in str(house.conn.execute("SELECT * FROM outbox").fetchall())


def test_two_workers_send_nothing_twice_and_a_dead_ones_mail_goes_later(house: House, database: Database) -> None:
    house.seal()
    house.plan()
    with connect(database.dsn()) as other:
        taken = outbox.take(other, KEYS, house.now, 20)
        assert len(taken) == 2
        assert house.work() == 0, "they are in somebody's hands"
    assert house.work(house.now + HOUR) == 2
    assert {f"<{one.ident}@example.test>" for one in taken} == {mail["Message-ID"] for mail in house.mailer.sent}


def test_a_slow_server_leaves_the_rest_for_the_next_round(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.seal()
    house.plan()
    monkeypatch.setattr("fanshare.jobs.mail.BUDGET", 0.0)
    assert [house.work(), house.work(), house.work()] == [1, 1, 0]


def test_a_mail_moved_to_another_place_cannot_be_opened(house: House) -> None:
    outbox.wish_link(house.conn, KEYS, CLEO, house.now)
    house.conn.execute("UPDATE outbox SET key = 'elsewhere'")
    with pytest.raises(Exception, match="can't be opened"):
        house.work()
