"""After a restore payouts wait on every page, are said to wait, and go on when somebody has compared, asked twice."""

from collections.abc import Iterator

import pytest

from fanshare.core.code_plans import ALPHABET
from fanshare.core.errors import ConflictError
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.ledger import AccountKind
from fanshare.flows import payout_holds, shop_credits
from fanshare.flows.accept import Shop, accept
from fanshare.flows.shop_credits import Wish
from fanshare.store.queries import found_payments as rows
from fanshare.store.server import Server
from fanshare.world.woo_shop import WooShop
from tests.integrations.sepa.bank import Booked, statement
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order
from tests.web.support.device import Device
from tests.web.test_brand_payouts import PAGE, balance, planned, post, words

__all__ = ["schema_template"]
HOLD = f"{PAGE}/restored"
COMPARED = "Bank and Stripe since Monday, nothing missing."


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Something is ready, a run is approved, and then the books are those of yesterday's backup."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("restored")) as made:
        made.house.later(60 * DAY)
        made.house.worker.housekeeping()
        made.house.work()
        yield made


def hold(company: Company) -> None:
    payout_holds.hold(company.brand.access, company.house.now - DAY, company.house.now)


def test_nothing_leaves_until_a_person_has_compared_and_said_so_twice(company: Company) -> None:
    bea = company.device("bea")
    assert "Payouts are not held." in words(bea.get(HOLD))
    run = planned(company, bea)
    hold(company)
    for wish in ("approve", "send", "resume"):
        refused = post(bea, f"{run}/do", do=wish, sure="yes")
        assert refused.status == 422
        assert "nothing is paid and no credit is made until somebody has compared" in words(refused)
    assert post(bea, f"{PAGE}/plan").status == 422
    assert post(bea, f"{run}/file").status == 409, "nor is a list handed out that somebody may pay"
    turned = Wish(company.brand.finn, 1, "EUR", 1_000_000)
    with pytest.raises(ConflictError, match="no credit is made"):
        shop_credits.ask(company.brand.programme, turned, "one", company.house.now)
    assert post(bea, HOLD, do="ask", compared="yes").status == 422, "it is said in words"
    asked = post(bea, HOLD, do="ask", compared=COMPARED)
    assert f"You compared: {COMPARED}" in words(asked)
    assert "Nothing is paid" in words(bea.get(PAGE)), "asked is not yet done"
    assert post(bea, HOLD, do="release", compared=COMPARED).status == 422
    assert post(bea, HOLD, do="release", compared=COMPARED, sure="yes").status == 302
    assert "Payouts are not held." in words(bea.get(HOLD))
    assert "let payouts go on after a restore" in words(bea.get("/brand/linen/team"))
    assert post(bea, f"{run}/do", do="approve", sure="yes").status == 302


def test_a_payment_that_she_found_is_booked_and_payouts_wait_for_one_of_which_nobody_said_whose_it_was(
    company: Company,
) -> None:
    hold(company)
    bea, brand = company.device("bea"), company.brand
    one = {"do": "add", "who": "cleo", "amount": "1.00", "currency": "EUR", "place": "paypal", "reference": "BATCH-7"}
    assert post(bea, HOLD, **{**one, "who": "nobody"}).status == 422
    assert "can be read in two ways" in words(post(bea, HOLD, **{**one, "amount": "1.500"}))
    assert post(bea, HOLD, **one).status == 302
    assert "This payment was found already" in words(post(bea, HOLD, **one))
    assert balance(company, brand.cleo, AccountKind.PAID) == 1_000_000
    key = f"{brand.programme.public_id[:16]}-900"
    sheet = statement([Booked("2.00", [(key, "2.00", "")])])
    assert bea.upload(HOLD, sheet, called="file", do="statement").status == 302
    shown = words(bea.get(HOLD))
    assert "at PayPal BATCH-7 booked as paid" in shown
    assert "whose was it?" in shown
    release = {"do": "release", "compared": COMPARED, "sure": "yes"}
    assert "Say first of each payment that was found whose it was." in words(post(bea, HOLD, **release))
    [waits] = [row.id for row in rows.listed(brand.access) if row.decided_at is None]
    assert post(bea, HOLD, do="dismiss", found=str(waits), reason="").status == 422
    assert post(bea, HOLD, do="assign", found=str(waits), who="cleo").status == 302
    assert balance(company, brand.cleo, AccountKind.PAID) == 3_000_000
    _a_code_in_a_shop(company, bea)
    assert post(bea, HOLD, **release).status == 302
    assert "looked for payments that restored books lack" in words(bea.get("/brand/linen/team"))


def _a_code_in_a_shop(company: Company, bea: Device) -> None:
    """A shop has a code of credit of which the books know nothing: it is found, and Cleo's again."""
    brand, now, text = company.brand, company.house.now, f"CR{ALPHABET[:14]}"
    with WooShop() as shop:
        at = brand.connect_woo(shop)
        with brand.access.transaction():
            sale = [order(brand, "W1", brand.link)]
            accept(brand.access, Shop(at.id, at.endpoint), sale, brand.programme.book, brand.programme.secrets, now)
        mark = [{"key": "fanshare", "value": "m" * 20}]
        shop.coupons.put(text, amount="4.00", usage_limit=1, meta_data=mark)
        assert post(bea, HOLD, do="shops").status == 302
    [code] = [row for row in rows.listed(brand.access) if row.decided_at is None]
    assert f"by a code of a shop {at.endpoint}/{text} whose was it?" in words(bea.get(HOLD))
    assert post(bea, HOLD, do="assign", found=str(code.id), who="cleo").status == 302
    assert "a code of hers again" in words(bea.get(HOLD))
    assert balance(company, brand.cleo, AccountKind.IN_TRANSIT) == 4_000_000


def test_pages_say_that_payouts_pause_and_only_who_pays_may_end_it(company: Company) -> None:
    hold(company)
    for who, path in (("cleo", "/creator/linen"), ("finn", "/fan/linen"), ("finn", "/credit/linen")):
        said = words(company.device(who).get(path))
        assert "Payouts and shop credit pause: these books were restored from a backup" in said, path
    assert "waits until the books, restored from a backup, are compared" in words(
        company.device("cleo").get("/creator/linen/earnings")
    )
    assert HOLD in company.device("bea").get("/brand/linen").text
    company.house.later(MINUTE)
    for who in ("cleo", "finn"):
        assert company.device(who).get(HOLD).status == 403
