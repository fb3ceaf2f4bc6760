"""What somebody reads who leaves once she is paid: what her provider does not carry is told, with what she can do."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import DAY
from fanshare.core.moving import ABSORBED
from fanshare.core.payee_account import Kind, iban_account, tremendous_account
from fanshare.flows import payees, payout_rails
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.people import Joiner, add_fan
from fanshare.integrations.rails import Called
from fanshare.store.server import Server
from tests.integrations.contract_http_rail import HASTY
from tests.support.schema import schema_template
from tests.support.tremendous import SECRET, Tremendous
from tests.web.support.company import Company, founded

__all__ = ["schema_template"]
TOLD = "To the account that you named nothing below 1.00 € can be paid"


@pytest.fixture(scope="module")
def company(pg_server: Server, schema_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The brand pays by Tremendous as well."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("leaving")) as made, Tremendous() as there:
        drivers = Called({Kind.TREMENDOUS: there.url}, HASTY)
        payout_rails.connect(made.brand.programme, Kind.TREMENDOUS, SECRET, drivers, "Bea", made.house.now)
        yield made


def words_of(html: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("name", "kind", "amount", "told"),
    [
        ("tess", "tremendous", 400_000, True),
        ("tilda", "tremendous", 1_000_000, False),
        ("ida", "iban", 400_000, False),
        ("nora", "", 400_000, False),
    ],
)
def test_what_her_provider_does_not_pay_is_told_with_what_she_can_do(
    company: Company, name: str, kind: str, amount: int, told: bool
) -> None:
    programme, address = company.brand.programme, f"{name}@example.test"
    long_ago = company.house.now - 10 * DAY
    party = add_fan(programme, Joiner(name.title(), address), long_ago)
    post_openings(programme, ABSORBED, "00" * 32, [NewOpening(party, "0" * 32, "EUR", amount)], company.house.now)
    ways = {
        "tremendous": tremendous_account(name.title(), address, "EUR"),
        "iban": iban_account(name.title(), "DE89370400440532013000"),
    }
    if kind:
        payees.change(programme, party, ways[kind], long_ago, adult=True)
    device = company.device(name)
    text = words_of(device.get("/account/linen").text)
    assert "ready" in text
    assert (TOLD in text) == told
    assert device.fill("/account/linen", word="leave", when="paid").status == 302
    assert (TOLD in words_of(device.get("/account/linen").text)) == told
