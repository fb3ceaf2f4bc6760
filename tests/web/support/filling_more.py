"""Rows for the lists of creators and operators: as in ``filling_lists``, three of one moment by each function."""

from fanshare.core.instants import MINUTE
from fanshare.core.terms_text import parse
from fanshare.flows import fan_names, programmes, questions, staff
from fanshare.flows import posts as writing
from fanshare.flows.authorisation import Post
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_fan
from fanshare.flows.publish_terms import publish_terms
from fanshare.store.access import Access
from fanshare.store.queries import gifts
from tests.edge.running import KEYS
from tests.jobs.house import LABEL, TERMS
from tests.web.support.company import Company
from tests.web.support.filling_lists import AT_ONCE, EVIL, SHOWN


def people(company: Company, n: int) -> None:
    """An operator, somebody of Linen and somebody of Wool, with addresses that a spreadsheet would run."""
    house, kinds = company.house, (None, company.brand, company.other)
    for i in range(AT_ONCE):
        address, brand = f"{EVIL}{n}{i}@example.test", kinds[i]
        if brand is None:
            staff.add_operator(house.conn, KEYS, address, house.now)
        else:
            staff.add_brand_person(brand.access, brand.tenant.public_id, KEYS, address, house.now, post=Post.FINANCE)


def founded(company: Company, n: int) -> None:
    """Programmes of one name."""
    house = company.house
    for i in range(AT_ONCE):
        new = programmes.checked(f"{EVIL}{n % 2}", "EUR", "DE", "Europe/Berlin", slug=f"evil-{n}-{i}")
        made = programmes.found(house.conn, KEYS, new, house.now, "test")
        publish_terms(Access(house.conn, made.id, "test"), parse(TERMS, "toml"), house.now, effective_at=house.now)
    house.later(11 * MINUTE)  # what programmes offer is kept for ten


def fans(company: Company, n: int) -> None:
    """Fans of Cleo who let her see such a name, ask her something and gave her something."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        fan = add_fan(brand.programme, Joiner("", f"f{n}{i}@example.test"), now)
        add_link(brand.programme, NewLink(brand.cleo, fan, SHOWN, LABEL), now)
        fan_names.show(brand.programme, fan, "cleo", f"{EVIL}{n}{i}", now)
        questions.ask(brand.programme, fan, brand.cleo, "Does it shrink?", now)
        kept = {
            "giver": fan,
            "creator": brand.cleo,
            "currency": "EUR",
            "amount": 2_000_000,
            "state": "kept",
            "now": now,
        }
        gifts.add(brand.access, kept)


def posts(company: Company, n: int) -> None:
    """Posts of Cleo with such titles, shown to her fans."""
    for i in range(AT_ONCE):
        draft = writing.Draft(f"{EVIL}{n}{i}", "Behind the scenes.")
        writing.write(company.brand.programme, company.brand.cleo, draft, company.house.now, shown=True)
