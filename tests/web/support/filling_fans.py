"""Rows for the lists of a fan, who sees them from the next day on: creators, sales, gifts, thanks, words and claims."""

import json

from fanshare.core.instants import DAY, HOUR
from fanshare.core.ledger import open_with
from fanshare.core.money import MICROS
from fanshare.flows import claims, fan_names, gifts, posts, questions, thanks
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator
from fanshare.store.ledger import post_logged
from fanshare.store.queries import claims as claim_rows
from tests.jobs.house import LABEL
from tests.web.support.company import Company, order, tell
from tests.web.support.filling_lists import AT_ONCE, EVIL, SHOWN

#: Rows that are added while somebody reads are numbered from here on; a fan sees them once the day is over.
_MEANWHILE = 500


def of_finn(company: Company, n: int) -> None:
    """Creators whom Finn brings a sale each, gives something, asks, and lets see a name; who thank him and write."""
    brand, now = company.brand, company.house.now
    programme, finn = brand.programme, brand.finn
    post_logged(brand.access, [open_with(finn, 2 * AT_ONCE * MICROS, "EUR", waiting=False)], at=now)
    for i in range(AT_ONCE):
        who = add_creator(programme, Joiner(f"{EVIL} f{n}{i}", f"f{n}{i}@example.test"), now - 10 * DAY)
        link, _ = add_link(programme, NewLink(who, finn, SHOWN, LABEL), now - 10 * DAY)
        tell(brand, order(brand, f"O{n}{i}", link, ago=HOUR))
        slug = company.house.value("SELECT slug FROM party WHERE id = %s", who)
        fan_names.show(programme, finn, slug, f"{EVIL} of the fens", now)
        shown = company.house.value("SELECT id FROM fan_shown WHERE creator_party_id = %s", who)
        thanks.thank_fan(programme, who, shown, f"{EVIL} thanks", now)
        questions.ask(programme, finn, who, "Which size?", now)
        gifts.give(programme, gifts.Wish(finn, slug, "EUR", MICROS), f"list {n}{i}", now)
        posts.write(programme, who, posts.Draft(f"{EVIL} post", "Words"), now, shown=True)
    if n >= _MEANWHILE:
        company.house.later(DAY)


def claimed(company: Company, n: int) -> None:
    """Claims of Finn's, kept as the page keeps them; five a week would make three days of two."""
    _claimed(company, company.brand.finn, n)


def claimed_by_her(company: Company, n: int) -> None:
    """Claims of Cleo's, who sees them where a fan sees hers."""
    _claimed(company, company.brand.cleo, n)


def _claimed(company: Company, party: int, n: int) -> None:
    brand, now = company.brand, company.house.now
    person = company.house.value("SELECT person_id FROM party WHERE id = %s", party)
    for i in range(AT_ONCE):
        number = f"{EVIL}{'c' if party == brand.cleo else ''}{n}{i}"
        mark = claims.mark_of(brand.programme, number)
        made = claim_rows.add(brand.access, party, brand.cleo, mark, now)
        said = {"number": number, "receipt": "", "words": ""}
        brand.programme.vault.put(person, f"claim {made}", json.dumps(said).encode(), now)
