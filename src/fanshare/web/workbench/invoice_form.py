"""The forms of her own invoices: who sends them, what one says, and what is made of what was typed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from fanshare.core import iban
from fanshare.core.errors import BadInputError
from fanshare.core.invoices import vat
from fanshare.core.invoices.model import THOUSAND, Category, Invoice, Kind, Line, Party, Treatment
from fanshare.core.money import BASIS, format_percent
from fanshare.core.typed_amount import in_field
from fanshare.core.workbench import typed
from fanshare.core.workbench.invoicing import Issued, Sender
from fanshare.web.language import gettext as _
from fanshare.web.language import spoken
from fanshare.web.parties import PARTY, languages, party_fields, party_of
from fanshare.web.workbench.forms import Around, Field, Typed, laws

_NAME, _SHORT, _NOTE = 120, 40, 500
#: How many lines the form has.
LINES = 3
_MOST_SERIAL = 9_000
_USUAL_DAYS = 14


def sender_fields() -> list[Field]:
    """The fields of what stands on all her invoices."""
    return [
        *party_fields(""),
        Field("tax_number", _("Tax number"), hint=_("One of them is needed: the law asks for it."), most=_SHORT),
        Field("iban", _("Account to pay to (IBAN)"), most=_SHORT),
        Field("small", _("Are you a small business by the law of your country?"), "select", _yes_no(),
              hint=_("In Germany by § 19 UStG: then no VAT is shown, and the reason stands on the invoice.")),
        Field("prefix", _("Numbers begin with"), hint=_("Such as R-: the first one is R-2026-0001 then."), most=10),
        Field("first", _("The next number in your series this year"), "number",
              hint=_("1, or more where you wrote some elsewhere this year. It counts until the first is written.")),
    ]  # fmt: skip


def sender_values(sender: Sender | None, today: date) -> dict[str, str]:
    """A sender as it stands in the form."""
    if sender is None:
        return {field.name: "" for field in sender_fields()} | {"small": "no", "prefix": "R-", "first": "1"}
    values = {field.name: str(getattr(sender, field.name)) for field in fields(sender)}
    values["small"] = "yes" if sender.small else "no"
    return values | {"first": str(sender.first if sender.first_year == today.year else 1)}


def sender_of(got: Typed, today: date) -> Sender:
    """The sender that was typed. Raises ``BadInputError``."""
    party = party_of(got, "")
    account = iban.compact_iban(got.get("iban", ""))
    if account and iban.iban_fault(account):
        raise BadInputError("bad_iban", "This account number can't be right; look at it again.")
    number = typed.words(got.get("tax_number", ""), _SHORT)
    if not (number or party.vat_id):
        raise BadInputError("seller_tax_number", "The seller's tax number or VAT number is needed.")
    return Sender(
        party.name, party.street, party.postcode, party.city, party.country, number, party.vat_id, party.register,
        party.mail, account, typed.one_of(got.get("small", ""), _yes_no()) == "yes",
        typed.words(got.get("prefix", ""), 10), typed.number(got.get("first", "") or "1", 1, _MOST_SERIAL), today.year,
    )  # fmt: skip


def invoice_fields(around: Around) -> list[Field]:
    """The fields of one invoice."""
    return list(_invoice_fields(around))


def invoice_values(around: Around, deal: str, like: Issued | None) -> dict[str, str]:
    """What stands in the form at first: the deal, and the buyer of an earlier invoice."""
    values = {field.name: "" for field in invoice_fields(around)}
    values |= {"quantity": "1", "treatment": "usual", "language": spoken(), "deal": deal}
    values |= {"since": around.today.isoformat(), "due": (around.today + timedelta(days=_USUAL_DAYS)).isoformat()}
    known = around.shelf.deals.get(deal)
    if known is not None:
        values |= {"words": known.name, "since": min(known.day, around.today).isoformat()}
        values["price"] = in_field(known.fee) if known.fee else ""
    if like is not None:
        values |= {f"buyer_{name}": getattr(like.invoice.buyer, name) for name in PARTY}
        values |= {"reference": like.invoice.reference, "language": like.invoice.language}
    return values


def invoice_of(got: Typed, around: Around, sender: Sender) -> Invoice:
    """The invoice that was typed, still without a number. Raises ``BadInputError``."""
    buyer, language = party_of(got, "buyer_"), typed.one_of(got.get("language", ""), languages())
    since = typed.day(got.get("since", ""))
    until = typed.day(got.get("until", ""), since)
    treatment = _treatment(got, sender, buyer, until, language)
    return Invoice(
        "", Kind.INVOICE, around.today, since, until, around.currency, sender.party, buyer,
        tuple(_lines(got, treatment)), language, typed.day(got.get("due", "")), "",
        typed.words(got.get("note", ""), _NOTE), sender.iban, typed.words(got.get("reference", ""), _SHORT),
    )  # fmt: skip


def named(treatment: Treatment) -> str:
    """What a treatment is called on the page."""
    if treatment.category is Category.STANDARD:
        return _("VAT %(rate)s %%") % {"rate": format_percent(treatment.rate)}
    return treatment.reason


def _invoice_fields(around: Around) -> Iterator[Field]:
    yield Field("deal", _("Deal"), "select", around.deals)
    yield from party_fields("buyer_")
    yield Field("reference", _("What they call it (order or reference number)"), most=_SHORT)
    for place in range(1, LINES + 1):
        last = "" if place == 1 else str(place)
        name = _("What for?") if place == 1 else _("What for? (line %(place)s, if there is one)") % {"place": place}
        yield Field(f"words{last}", name, required=place == 1, most=_NAME)
        yield Field(f"quantity{last}", _("How many"), "decimal")
        yield Field(f"price{last}", _("Price of one without VAT (%(currency)s)") % {"currency": around.currency},
                    "decimal", required=place == 1)  # fmt: skip
    yield Field("since", _("Done on (or begun on)"), "date", required=True)
    yield Field("until", _("Done until (empty: the same day)"), "date")
    yield Field("due", _("To be paid by"), "date", required=True)
    yield Field("treatment", _("Value added tax"), "select", _treatments(),
                hint=_("The usual way goes by both countries and by whether you are a small business."))  # fmt: skip
    yield Field("rate", _("VAT rate in percent (empty: the usual one of your country)"), "decimal")
    yield Field("language", _("Language of the invoice"), "select", languages())
    yield Field("note", _("A sentence below"), most=_NOTE)
    hint = _("Only where a business owes it, and nothing else was agreed.")
    yield Field("law", _("Late interest by the law of"), "select", laws(around.currency), hint=hint)


def _yes_no() -> dict[str, str]:
    return {"no": _("no"), "yes": _("yes")}


def _treatments() -> dict[str, str]:
    return {
        "usual": _("the usual way"),
        "standard": _("VAT is charged"),
        "small": _("none: I am a small business"),
        "reverse": _("none: the buyer owes it (reverse charge)"),
        "outside": _("none: outside the scope, the buyer is outside the EU"),
    }


def _treatment(got: Typed, sender: Sender, buyer: Party, day: date, language: str) -> Treatment:
    chosen = typed.one_of(got.get("treatment", ""), _treatments())
    rate = typed.percent(got.get("rate", ""))
    if rate is not None and not 0 < rate < BASIS:
        raise BadInputError("vat_rate_missing", "Say at which rate VAT is charged.")
    charged: Callable[[], Treatment] = lambda: vat.standard(  # noqa: E731 - one of five ways, asked for only when chosen
        vat.standard_rate(sender.country, day) if rate is None else rate
    )
    ways: Mapping[str, Callable[[], Treatment]] = {
        "standard": charged,
        "small": lambda: vat.small(sender.country),
        "reverse": lambda: vat.reverse(language),
        "outside": lambda: vat.outside(language),
    }
    if chosen != "usual":
        return ways[chosen]()
    if sender.country == buyer.country and not sender.small:
        return charged()
    return vat.between(sender.party, vat.Standing(sender.small), buyer, day, language)


def _lines(got: Typed, treatment: Treatment) -> Iterator[Line]:
    for place in range(1, LINES + 1):
        last = "" if place == 1 else str(place)
        what = typed.words(got.get(f"words{last}", ""), _NAME)
        price = typed.amount(got.get(f"price{last}", ""))
        if what or price:
            yield Line(what, price, treatment, _quantity(got.get(f"quantity{last}", "")))


def _quantity(text: str) -> int:
    """Thousandths of how many, one where nothing was typed. Raises ``BadInputError`` (``bad_number``)."""
    if not text.strip():
        return THOUSAND
    found: Any = typed.amount_or_none(text)
    if not found or found % 1_000 or found > 10**12:
        raise BadInputError("bad_number", "Write a whole number that this field can hold.")
    return int(found) // 1_000
