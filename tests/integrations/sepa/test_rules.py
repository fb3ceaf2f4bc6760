"""Every rule has a file that breaks it and nothing else; a right file breaks none."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.iban import with_check_digits
from fanshare.integrations.sepa.document import Address, Order, Party, Transfer
from fanshare.integrations.sepa.read_order import read_order
from fanshare.integrations.sepa.rules import RULES, check, refuse_broken
from fanshare.integrations.sepa.transfer_rules import each_of, is_sound
from fanshare.integrations.sepa.write import write
from tests.integrations.sepa.samples import BEA, CLEO, TODAY, order
from tests.support.tree import ROOT

type Break = Callable[[Order], Order]


def file(**changes: Any) -> Break:
    return lambda whole: replace(whole, **changes)


def payment(**changes: Any) -> Break:
    return lambda whole: replace(whole, payments=(replace(whole.payments[0], **changes), *whole.payments[1:]))


def debtor(**changes: Any) -> Break:
    return payment(debtor=order().payments[0].debtor._replace(**changes))


def first(**changes: Any) -> Break:
    """The first transfer changed, and the sums put right if its amount is."""

    def broken(whole: Order) -> Order:
        one, *others = whole.payments[0].transfers
        changed = one._replace(**changes)
        return with_transfers(whole, (changed, *others), changes.get("amount"))

    return broken


def with_transfers(whole: Order, transfers: Iterable[Transfer], total: str | None = None) -> Order:
    transfers = tuple(transfers)
    sums: dict[str, Any] = {"count": str(len(transfers)), "control_sum": (total and SUMS[total]) or whole.control_sum}
    return replace(whole, payments=(replace(whole.payments[0], transfers=transfers, **sums),), **sums)


#: The file's sum when the first amount is this; the second is 0.37.
SUMS = {
    "1416.0": "1416.37",
    "0.00": "0.37",
    "1000000000.00": "1000000000.37",
    "1,00": "1.37",
    "999999999.99": "1000000000.36",
}


def creditor(**changes: Any) -> Break:
    return first(creditor=order().payments[0].transfers[0].creditor._replace(**changes))


def lived_at(**changes: Any) -> Break:
    return creditor(address=replace(Address("NL", "Utrecht", "3511", "Oudegracht", "1"), **changes))


def twins(**changes: Any) -> Break:
    """A third transfer like the first one, with other ids and another purpose, and these changes."""

    def broken(whole: Order) -> Order:
        one, other = whole.payments[0].transfers
        extra = {"instruction_id": "fs-1-x", "end_to_end_id": "fs-1-x", "remittance": "Another", **changes}
        made = with_transfers(whole, (one, other, one._replace(**extra)))
        total = "2832.37"
        return replace(made, control_sum=total, payments=(replace(made.payments[0], control_sum=total),))

    return broken


def two_payments(whole: Order) -> Order:
    return replace(whole, payments=(whole.payments[0], half(whole, 1)), count="3", control_sum="1416.74")


def half(whole: Order, number: int) -> Any:
    one = whole.payments[0].transfers[number]._replace(instruction_id="i-9", end_to_end_id="e-9", remittance="Other")
    return replace(whole.payments[0], transfers=(one,), count="1", control_sum=one.amount)


def swapped(iban: str) -> str:
    return f"{iban[:-4]}{iban[-3]}{iban[-4]}{iban[-2:]}"


LONG = "x" * 36
TURKEY = with_check_digits("TR", "0006100519786457841326")
FRANCE = with_check_digits("FR", "20041010050500013M02606")

BREAKS: list[tuple[str, Break]] = [
    ("version", file(version="02")),
    ("message-id", file(message_id="")),
    ("message-id", file(message_id=LONG)),
    ("creation-time", file(created_at="2026-11-26T10:02:00")),
    ("creation-time", file(created_at="26.11.2026")),
    ("file-count", file(count="3")),
    ("file-count", file(count="02")),
    ("file-sum", file(control_sum="1416.36")),
    ("file-sum", file(control_sum="")),
    ("initiator-name", file(initiator="")),
    ("no-transfers", file(payments=(), count="0", control_sum="0")),
    ("payment-id", payment(payment_id=LONG)),
    ("payment-id-twice", two_payments),
    ("payment-count", payment(count="1")),
    ("payment-sum", payment(control_sum="1416.370001")),
    ("payment-method", payment(method="CHK")),
    ("service-level", payment(service_level="URGP")),
    ("service-level", payment(service_level="")),
    ("charge-bearer", payment(charge_bearer="SHAR")),
    ("execution-date", payment(execution_date="2026-11-31")),
    ("execution-date", payment(execution_date="20261127")),
    ("execution-past", payment(execution_date="2026-11-25")),
    ("execution-closed", payment(execution_date="2026-11-28")),
    ("execution-closed", payment(execution_date="2026-12-25")),
    ("execution-far", payment(execution_date="2027-02-25")),
    ("debtor-name", debtor(name="")),
    ("debtor-name", debtor(name="B" * 71)),
    ("debtor-iban", debtor(iban=swapped(BEA.iban))),
    ("debtor-country", debtor(iban=TURKEY)),
    ("debtor-bic", debtor(bic="COBADEFFX")),
    ("debtor-address", debtor(address=None)),
    ("creditor-name", creditor(name="")),
    ("creditor-name", creditor(name="C" * 71)),
    ("creditor-name-unreadable", creditor(name="... ..")),
    ("iban-form", creditor(iban="NL91 ABNA 0417 1643 00")),
    ("iban-form", creditor(iban="nl91ABNA0417164300")),
    ("iban-length", creditor(iban="NL91ABNA041716430")),
    ("iban-checksum", creditor(iban="NL91ABNA0417164301")),
    ("iban-checksum", creditor(iban=swapped(CLEO.iban[:16]) + CLEO.iban[16:])),
    ("iban-country", creditor(iban=TURKEY)),
    ("iban-country", creditor(iban="US64SVBKUS6S3300958879")),
    ("own-account", creditor(iban=BEA.iban)),
    ("bic-form", creditor(bic="ABNANL2")),
    ("bic-country", creditor(bic="COBADEFF")),
    ("bic-missing", creditor(iban="GB82WEST12345698765432")),
    ("amount-form", first(amount="1416.0")),
    ("amount-form", first(amount="1,00")),
    ("amount-zero", first(amount="0.00")),
    ("amount-limit", first(amount="1000000000.00")),
    ("currency", first(currency="USD")),
    ("instruction-id", first(instruction_id=LONG)),
    ("instruction-id-twice", twins(instruction_id="fs-1-cleo")),
    ("end-to-end-id", first(end_to_end_id="")),
    ("end-to-end-id", first(end_to_end_id=LONG)),
    ("end-to-end-id-twice", twins(end_to_end_id="fs-1-cleo")),
    ("end-to-end-id-nothing", first(end_to_end_id="NOTPROVIDED")),
    ("id-characters", first(end_to_end_id="fs#1")),
    ("id-characters", file(message_id="fs run")),
    ("id-slashes", first(end_to_end_id="/fs")),
    ("id-slashes", payment(payment_id="fs//1")),
    ("text-characters", creditor(name="Cleo Müller")),
    ("text-characters", first(remittance="for you \U0001f389")),
    ("remittance-length", first(remittance="r" * 141)),
    ("address-town-country", lived_at(town="")),
    ("address-town-country", creditor(address=Address(lines=("Oudegracht 1", "3511 Utrecht")))),
    ("address-country", lived_at(country="Netherlands")),
    ("address-lines", lived_at(lines=("a", "b", "c"))),
    ("address-lines", lived_at(lines=("a" * 71,))),
    ("address-lengths", lived_at(town="U" * 36)),
    ("address-lengths", lived_at(building="1" * 17)),
    ("same-transfer-twice", twins(remittance=order().payments[0].transfers[0].remittance)),
]


@pytest.mark.parametrize("version", ["03", "09", "13"])
def test_a_right_file_breaks_no_rule(version: str) -> None:
    assert check(read_order(write(order(version))), TODAY) == []


@pytest.mark.parametrize(("rule", "broken"), BREAKS, ids=[f"{at}-{rule}" for at, (rule, _) in enumerate(BREAKS)])
def test_a_file_that_breaks_one_rule_is_told_that_rule_and_no_other(rule: str, broken: Break) -> None:
    raw = write(broken(order()))
    found = check(read_order(raw), TODAY)
    assert {finding.rule_id for finding in found} == {rule}
    assert all(RULES[rule].advice in finding.sentence for finding in found)


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert len(RULES) >= 30
    assert {rule for rule, _ in BREAKS} == set(RULES)


def test_the_reference_lists_every_rule_with_its_source_and_advice() -> None:
    page = (ROOT / "docs" / "reference" / "rails.md").read_text("utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| `")]
    told = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]
    rules = [(rule.rule_id, rule.source, rule.advice) for rule in RULES.values()]
    assert told[: len(rules)] == rules


def test_a_rule_says_what_to_do_and_where_it_comes_from() -> None:
    for rule in RULES.values():
        assert rule.source
        assert rule.advice[0].isupper()
        assert rule.advice.endswith(".")
    assert len({rule.advice for rule in RULES.values()}) == len(RULES)


def test_a_broken_file_is_refused_with_the_first_rule_and_how_many_more() -> None:
    with pytest.raises(BadInputError, match=r"Transfer 1: Pay in EUR.* There are 1 more\.") as caught:
        refuse_broken(first(currency="USD", remittance="r" * 141)(order()), TODAY)
    assert caught.value.code == "sepa_currency"
    refuse_broken(order(), TODAY)


def test_what_is_wrong_is_said_without_names_or_accounts() -> None:
    nobody = Party("Ж" * 90, "NL00BAD", "??", Address("Nowhere", "", lines=("Her street",)))
    said = " ".join(finding.sentence for finding in check(first(creditor=nobody)(order()), TODAY))
    assert "Transfer 1" in said
    assert not [secret for secret in ("Ж", "NL00", "Nowhere", "Her street", "??") if secret in said]


def test_thousands_of_faults_are_not_all_told() -> None:
    many = tuple(order().payments[0].transfers[0]._replace(currency="USD") for _ in range(500))
    assert len(check(with_transfers(order(), many), TODAY)) == 100


def test_today_may_be_the_day_of_execution_and_ninety_days_are_not_too_far() -> None:
    day = date.fromisoformat(order().payments[0].execution_date)
    assert check(order(), day) == []
    assert check(order(), day - timedelta(days=90)) == []
    assert [finding.rule_id for finding in check(order(), day - timedelta(days=91))] == ["execution-far"]


def test_what_is_just_long_or_large_enough_breaks_no_rule() -> None:
    assert check(first(remittance="r" * 140, end_to_end_id="e" * 35, instruction_id="i" * 35)(order()), TODAY) == []
    assert check(creditor(name="C" * 70)(order()), TODAY) == []
    assert (
        check(lived_at(town="U" * 35, street="S" * 70, building="1" * 16, lines=("a" * 70, "b" * 70))(order()), TODAY)
        == []
    )
    assert check(first(amount="999999999.99")(order()), TODAY) == []


def test_a_payer_without_an_address_may_pay_within_the_eea_alone() -> None:
    within = with_transfers(order(), order().payments[0].transfers[:1], "1416.0")
    right = replace(within, control_sum="1416.00", payments=(replace(within.payments[0], control_sum="1416.00"),))
    debtor_ = right.payments[0].debtor._replace(address=None)
    assert check(replace(right, payments=(replace(right.payments[0], debtor=debtor_),)), TODAY) == []


def test_an_empty_payment_beside_a_full_one_is_not_sent() -> None:
    whole = order()
    none = replace(whole.payments[0], payment_id="p-2", transfers=(), count="0", control_sum="0")
    found = check(replace(whole, payments=(*whole.payments, none)), TODAY)
    assert [(finding.rule_id, finding.place) for finding in found] == [("no-transfers", "payment 2")]


def test_a_french_account_may_be_of_a_bank_in_monaco() -> None:
    assert check(creditor(iban=FRANCE, bic="CMCIMCMC")(order()), TODAY) == []


_NEAR = st.text("AZaz09/-?:().,'+ _ä\n\x00&", max_size=4)
_MIDDLE = st.sampled_from(["", "fs-1-a", "NOTPROVIDED", "x" * 34, "y" * 69, "z" * 139])
_SIGNS = st.builds("{}{}{}".format, _NEAR, _MIDDLE, _NEAR)
_ACCOUNTS = st.builds(
    Party, st.just(""), st.sampled_from([CLEO.iban, BEA.iban, swapped(CLEO.iban), FRANCE, TURKEY, "DE", ""]),
    st.sampled_from([CLEO.bic, "", "CMCIMCMC", "CMCIFRPP", "DE"]), st.sampled_from([None, Address(), Address("XX")]),
)  # fmt: skip
_AMOUNTS, _CURRENCIES = st.from_regex(r"[0-9]{0,10}[.,]?[0-9]{0,3}"), st.sampled_from(["EUR", "EU", "USD"])


@given(_SIGNS, _SIGNS, _AMOUNTS, _CURRENCIES, _SIGNS, _ACCOUNTS, _SIGNS)
@example("", "NOTPROVIDED", "1.00", "EUR", "Cleo", CLEO, "")
@example("a", "b", "0.00", "EUR", "Cleo", CLEO, "")
@example("a", "b", "0000000000.00", "EUR", "Cleo", CLEO, "")
@example("a", "b", "1.00\n", "EUR", "Cleo", CLEO, "")
@example("a", "b", "1.00", "EUR", "Cleo", CLEO, "c\n")
@example("a", "b", "1.00", "EUR", "Cleo", CLEO._replace(iban=BEA.iban), "c")
@example("a", "b", "1.00", "EUR", "Cleo", CLEO._replace(bic="CMCIMCMC"), "c")
@example("a", "b", "1.00", "EUR", "Cleo", CLEO._replace(address=Address("XX")), "c")
@settings(max_examples=600)
def test_one_look_at_a_transfer_finds_none_sound_that_breaks_a_rule(
    instruction: str, reference: str, amount: str, currency: str, name: str, account: Party, remittance: str
) -> None:
    one = Transfer(instruction, reference, amount, currency, account._replace(name=name), remittance)
    assert not (is_sound(one, BEA) and list(each_of(one, BEA, "here")))


def test_what_most_transfers_look_like_needs_one_look_only() -> None:
    one = order().payments[0].transfers[0]
    assert is_sound(one, BEA)
