"""Rows for the lists of creators and operators: as in ``filling_lists``, three of one moment by each function."""

from fanshare.flows import programmes, staff
from fanshare.flows.authorisation import Post
from tests.edge.running import KEYS
from tests.web.support.company import Company
from tests.web.support.filling_lists import AT_ONCE, EVIL


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
        programmes.found(house.conn, KEYS, new, house.now, "test")
