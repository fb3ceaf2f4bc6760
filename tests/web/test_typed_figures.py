"""``1.500``, which a German types for a thousand and a half, is taken for one and a half by no form: it is asked back.

Every page with a field for an amount or a rate is opened, and each such field sent with it; a template with such a
field that no page here shows is named with the test that does the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from fanshare.web import app
from fanshare.world.woo_shop import WooShop
from tests.support.schema import schema_template
from tests.web.support.books import add, make, words
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

TYPED = "1.500"
#: What asks back: the sentence for amounts, and those of percentages, which have two decimals at most.
ASKS = (
    f"{TYPED}' can be read in two ways",
    "Write a percentage such as 20 or 12.5",
    "Say the percentage with at most two decimals",
    "Write a rate such as 1.27",
)
_KINDS = ("deal", "cost", "recurring", "equipment", "trip", "invoice")
#: Pages by template, for whom.
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "brand/bonus.html": ("bea", ("/brand/linen/people/{cleo}/bonus",)),
    "brand/budget.html": ("bea", ("/brand/linen/budget",)),
    "brand/code_plans.html": ("bea", ("/brand/linen/codes/plans",)),
    "brand/costs.html": ("bea", ("/brand/linen/costs",)),
    "brand/expenses.html": ("bea", ("/brand/linen/people/{cleo}/expenses",)),
    "brand/funding.html": ("otto", ("/brand/linen/funding",)),
    "brand/payout_rules.html": ("bea", ("/brand/linen/payouts/rules",)),
    "brand/terms.html": ("bea", ("/brand/linen/terms",)),
    "brand/terms_rules.html": ("bea", ("/brand/linen/terms/rules",)),
    "creator/link.html": ("cleo", ("/creator/linen/links/{code}",)),
    "creator/links.html": ("cleo", ("/creator/linen/links",)),
    "creator/goals.html": ("cleo", ("/creator/linen/goals",)),
    "public/sharing.html": ("", ("/sharing/linen",)),
    "workbench/aside.html": ("cleo", ("/workbench/aside",)),
    "workbench/contract.html": ("cleo", ("/workbench/check",)),
    "workbench/deal.html": ("cleo", ("{deal}",)),
    "workbench/fields.html": ("cleo", (*(f"/workbench/add/{kind}" for kind in _KINDS), "/workbench/invoices/write")),
    "workbench/floor.html": ("cleo", ("/workbench/floor",)),
    "workbench/settings.html": ("cleo", ("/workbench/settings",)),
    "workbench/time.html": ("cleo", ("/workbench/plan/time",)),
}
#: Forms that stand on a page only at times, and who sends them.
ELSEWHERE = {
    "brand/payout_hold.html": "test_payouts_after_restore.py",
    "brand/tax_forms.html": "test_tax_forms.py",
    "credit/keep.html": "test_credit_page.py",
    "fan/rewards.html": "test_rewards.py",
}
#: Fields that say something else by the choice beside them, and what is sent for it.
BESIDE = {
    "value": {"gives": "amount"},
    "least": {"most": "2000"},
    "fee": {"text": "The fee is 300 EUR."},
    "wish": {"text": "The fee is 300 EUR."},
    "rate": {"currency": "USD"},
    "week": {"hours_0": "9-17"},
}
TEMPLATES = Path(app.__file__).parent / "templates"


@dataclass
class Form:
    """A form as a browser would send it: where to, how, what, and which fields hold figures."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)
    empty: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path, self._select, self._area = path, "", ""
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(known.get("action", "").partition("#")[0] or self._path, known.get("method", "get")))
        if self.found and known.get("name"):
            self._control(tag, known)
        elif tag == "option" and self._select and (self._select not in self.found[-1].values or "selected" in known):
            self.found[-1].values[self._select] = known.get("value", "")

    def _control(self, tag: str, known: dict[str, str]) -> None:
        form, name, kind = self.found[-1], known["name"], known.get("type", "text")
        self._select = name if tag == "select" else ""
        if tag == "input" and kind not in {"checkbox", "radio", "file", "submit"}:
            form.values[name] = known.get("value", "")
            form.figures += [name] if known.get("inputmode") == "decimal" else []
            if "required" in known and not known.get("value"):
                form.empty[name] = kind
        elif "checked" in known or tag == "button" or (kind == "checkbox" and "required" in known):
            form.values.setdefault(name, known.get("value", ""))


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("figures")
    with WooShop() as shop, founded(pg_server, schema_template, folder) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbench_keys, "COST", Cost(64, 1, 1))
        made.brand.connect_woo(shop, "woo-linen")
        made.house.conn.execute("UPDATE programme SET several_brands = true WHERE slug = 'linen'")
        yield made


@pytest.fixture(scope="module")
def places(company: Company) -> dict[str, str]:
    """What addresses hold; books are open and hold a deal."""
    cleo = company.device("cleo")
    make(cleo)
    deal = add(cleo, "deal", name="Reel", day="2026-11-01", fee="300")
    add(cleo, "time", minutes="1:00", day="2026-11-01", deal=deal.rpartition("/")[2])
    company.books = cleo  # type: ignore[attr-defined]
    return {"cleo": str(company.brand.cleo), "code": company.brand.code, "deal": deal}


def sends(device: Device, form: Form, name: str, typed: str) -> Answer:
    filled = {one: {"date": "2026-11-20"}.get(kind, "5") for one, kind in form.empty.items()}
    values = {**form.values, **filled, **BESIDE.get(name, {}), name: typed}
    if form.method == "get":
        return device.get(f"{form.action}?{'&'.join(f'{key}={value}' for key, value in values.items())}")
    return device.post(form.action, values)


@pytest.mark.parametrize("template", PAGES)
def test_no_form_takes_it_for_one_and_a_half(company: Company, places: dict[str, str], template: str) -> None:
    who, paths = PAGES[template]
    device = company.books if template.startswith("workbench") else company.device(who)  # type: ignore[attr-defined]
    asked = 0
    for path in paths:
        forms = Forms(path.format(**places))
        forms.feed(device.get(path.format(**places)).text)
        for form in forms.found:
            for name in form.figures:
                answer = sends(device, form, name, TYPED)
                said = unescape(words(answer))
                assert answer.status == 422, (path, name)
                assert any(one in said for one in ASKS), (path, name, said[-1500:])
                asked += 1
    assert asked, template


def test_every_template_with_such_a_field_is_sent_by_somebody() -> None:
    with_figures = {
        str(one.relative_to(TEMPLATES)) for one in TEMPLATES.rglob("*.html") if "decimal" in one.read_text("utf-8")
    }
    assert with_figures == PAGES.keys() | ELSEWHERE.keys()
    for file in ELSEWHERE.values():
        assert f'"{TYPED}"' in (Path(__file__).parent / file).read_text("utf-8"), file


def test_what_a_german_writes_in_full_is_taken(company: Company, places: dict[str, str]) -> None:
    """The other side: a point between thousands and a comma before cents is one number."""
    cleo: Device = company.books  # type: ignore[attr-defined]
    place = add(cleo, "deal", name="Film", fee="1.500,50", day="2026-11-02")
    assert "1,500.50" in words(cleo.get(place))
    bea = company.device("bea")
    forms = Forms("/brand/linen/terms/rules")
    forms.feed(bea.get("/brand/linen/terms/rules").text)
    [form] = [one for one in forms.found if "policy" in one.values]
    cap = next(name for name in form.figures if re.fullmatch(r"caps-[0-9]+-amount", name))
    form.values[cap.replace("amount", "currency")] = "EUR"
    answer = sends(bea, form, cap, "1.500,50")
    assert (answer.status, "1,500.50 EUR" in words(answer)) == (200, True)
