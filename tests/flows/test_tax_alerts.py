"""Thresholds of the tax: who looks after the money is told once for each payee, year and report, by mail."""

import secrets
import threading

import pytest

from fanshare.core.instants import DAY
from fanshare.core.payout_item import Said
from fanshare.core.tax.forms import Asks
from fanshare.flows import mail_choice, staff, tax_alerts, tax_forms
from fanshare.flows.authorisation import Post, Role, Seat
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.store.access import connect
from fanshare.store.server import Database
from fanshare.web.language import words_in
from tests.flows.test_payee_runs import blocked, other
from tests.flows.test_tax_years import NEW_YEAR, paid
from tests.flows.test_withholding import sent, story, tell
from tests.support.mails import text_of
from tests.support.pg_books import KEYS
from tests.support.stories import Story

__all__ = ["story"]


class House:
    """Somebody in each post of the brand, and what reaches her."""

    def __init__(self, story: Story) -> None:
        self.story, self.name = story, secrets.token_hex(6)
        for post in Post:
            staff.add_brand_person(story.access, story.tenant.public_id, KEYS, self.address(post), 1, post=post)

    def address(self, post: Post) -> str:
        return f"{post.value}.{self.name}@example.test"

    def row(self, post: Post) -> int:
        found = staff.brand_people(self.story.access, KEYS)
        return next(one.id for one in found if one.address == self.address(post))

    def told(self, now: int = NEW_YEAR) -> dict[str, str]:
        """One look, and what it sent, by post."""
        mailer = MemoryMailer(lambda: now)
        tax_alerts.watch(self.story.access, KEYS, now)
        send_due(self.story.access.conn, KEYS, PostOffice(mailer, "https://share.example", words_in), lambda: now)
        return {
            str(one["To"]).split(".", maxsplit=1)[0]: f"{one['Subject']}\n{text_of(one)}"
            for one in mailer.sent
            if self.name in str(one["To"])
        }


@pytest.fixture
def house(story: Story) -> House:
    return House(story)


def test_finance_and_owners_are_told_once_who_came_near_or_past_it(house: House) -> None:
    assert house.told() == {}
    paid(house.story)
    first = house.told()
    assert first.keys() == {"owner", "finance"}
    assert "1099-NEC for 2026: 1" in first["finance"], "Cleo's 2,880 are above 2,000, Finn's 720 far below"
    assert "/payouts/tax/year" in first["finance"]
    assert "Canary" not in first["finance"]
    assert house.told(NEW_YEAR + DAY) == {}


def test_below_eighty_percent_nobody_is_told_and_from_there_on_each_is(house: House) -> None:
    story = house.story
    tax_forms.ask(story.access, Asks.NOTHING, NEW_YEAR - 40 * DAY)
    run, keys = sent(story)
    tell(story, run, keys[story.finn], Said.ARRIVED, NEW_YEAR)
    assert house.told() == {}, "720 of 2,000"
    tell(story, run, keys[story.cleo], Said.ARRIVED, NEW_YEAR)
    assert "1099-NEC for 2026: 1" in house.told()["owner"]


def test_in_german_to_who_reads_german_and_none_to_who_turned_it_off(house: House) -> None:
    access = house.story.access
    owner, finance = house.row(Post.OWNER), house.row(Post.FINANCE)
    mail_choice.speak(access.conn, [Seat(Role.BRAND, access.programme_id, finance)], "de")
    token = mail_choice.stop_token(KEYS, access.programme_id, owner, of_brand=True)
    assert mail_choice.stop(access.conn, KEYS, token, NEW_YEAR, really=True) == house.story.tenant.name
    assert mail_choice.of_brand(token)
    assert not mail_choice.of_brand(mail_choice.stop_token(KEYS, access.programme_id, owner))
    paid(house.story)
    told = house.told()
    assert told.keys() == {"finance"}
    assert "1099-NEC für 2026: 1" in told["finance"]
    assert mail_choice.stop_token(KEYS, access.programme_id, owner) != token, "a party of that number has another one"


def test_whoever_lost_her_post_meanwhile_is_told_nothing(house: House) -> None:
    story = house.story
    paid(story)
    assert tax_alerts.watch(story.access, KEYS, NEW_YEAR) == 1
    staff.remove_brand_person(story.access, story.tenant.public_id, KEYS, house.address(Post.FINANCE), NEW_YEAR)
    assert house.told(NEW_YEAR).keys() == {"owner"}


def test_two_workers_at_once_tell_once(house: House, shared_database: Database) -> None:
    story, second = house.story, list[int]()
    paid(story)
    conn, programme = other(shared_database, story)
    with conn, connect(shared_database.dsn()) as watch:
        with story.access.transaction():
            assert tax_alerts.watch(story.access, KEYS, NEW_YEAR) == 1
            thread: threading.Thread = blocked(
                watch, lambda: second.append(tax_alerts.watch(programme.access, KEYS, NEW_YEAR))
            )
        thread.join()
    assert second == [0]
    assert house.told().keys() == {"owner", "finance"}
    assert house.told(NEW_YEAR + DAY) == {}


def test_nothing_is_told_where_no_threshold_is_known_or_the_year_is_long_over(house: House) -> None:
    story = house.story
    paid(story)
    assert house.told(NEW_YEAR + 40 * DAY) == {}
    story.access.conn.execute("UPDATE programme SET country = 'DE' WHERE id = %s", [story.access.programme_id])
    assert house.told() == {}
