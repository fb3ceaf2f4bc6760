"""Rules about single transfers, and about transfers beside each other. Yields (rule, place) like ``payment_rules``."""

import re
from collections.abc import Iterator, Sequence

from fanshare.core.bank_text import readable
from fanshare.core.iban import EEA, SEPA, iban_fault, is_bic, same_system
from fanshare.integrations.bank_rules import Offence
from fanshare.integrations.sepa.document import REMITTANCE_LENGTH, Order, Party, Transfer
from fanshare.integrations.sepa.payment_rules import of_address, of_id, of_name, of_text

#: Instruction ids, end-to-end ids, and (account, amount, purpose) so far.
type _Seen = tuple[set[str], set[str], set[tuple[str, str, str]]]

_AMOUNT = re.compile(r"([0-9]+)\.[0-9]{2}", re.ASCII)
_MOST_DIGITS = 9
#: Ids, amount, currency, name and remittance of a transfer that breaks no rule about them, a line each. Not every
#: sound one: one with a slash in an id, say, is looked at rule by rule.
_SOUND = re.compile(
    r"(?:[A-Za-z0-9\-?:().,'+]{1,35})?\n(?!NOTPROVIDED\n)[A-Za-z0-9\-?:().,'+]{1,35}\n"
    r"(?!0+\.00\n)[0-9]{1,9}\.[0-9]{2}\nEUR\n"
    r"[A-Za-z0-9][A-Za-z0-9/\-?:().,'+ ]{0,69}(?<! )\n"
    r"(?:(?! )[A-Za-z0-9/\-?:().,'+ ]{1,140}(?<! ))?",
    re.ASCII,
)


def of_all(order: Order) -> Iterator[Offence]:
    """Every transfer of a file; transfers are counted through, over all payments."""
    seen: _Seen = (set(), set(), set())
    differ = _all_differ([transfer for payment in order.payments for transfer in payment.transfers])
    number = 0
    for payment in order.payments:
        for transfer in payment.transfers:
            number += 1
            if not is_sound(transfer, payment.debtor):
                yield from each_of(transfer, payment.debtor, f"transfer {number}")
            if not differ:
                yield from _twice(transfer, seen, f"transfer {number}")


def is_sound(transfer: Transfer, debtor: Party) -> bool:
    """Whether one look shows that this transfer by itself breaks no rule."""
    creditor = transfer.creditor
    text = (
        f"{transfer.instruction_id}\n{transfer.end_to_end_id}\n{transfer.amount}\n{transfer.currency}\n"
        f"{creditor.name}\n{transfer.remittance}"
    )
    return _SOUND.fullmatch(text) is not None and creditor.address is None and not _account(creditor, debtor)


def each_of(transfer: Transfer, debtor: Party, place: str) -> Iterator[Offence]:
    """One transfer by itself, rule by rule."""
    yield from of_id("instruction-id", transfer.instruction_id, place, required=False)
    yield from of_id("end-to-end-id", transfer.end_to_end_id, place)
    if transfer.end_to_end_id == "NOTPROVIDED":
        yield "end-to-end-id-nothing", place
    yield from _amount(transfer, place)
    yield from of_name("creditor-name", transfer.creditor.name, place)
    if transfer.creditor.name and not readable(transfer.creditor.name):
        yield "creditor-name-unreadable", place
    yield from ((rule, place) for rule in _account(transfer.creditor, debtor))
    if transfer.creditor.address:
        yield from of_address(transfer.creditor.address, place)
    if len(transfer.remittance) > REMITTANCE_LENGTH:
        yield "remittance-length", place
    yield from of_text((transfer.remittance,), place)


def _amount(transfer: Transfer, place: str) -> Iterator[Offence]:
    match = _AMOUNT.fullmatch(transfer.amount)
    if match is None:
        yield "amount-form", place
    elif not transfer.amount.strip("0."):
        yield "amount-zero", place
    elif len(match[1].lstrip("0")) > _MOST_DIGITS:
        yield "amount-limit", place
    if transfer.currency != "EUR":
        yield "currency", place


def _account(creditor: Party, debtor: Party) -> list[str]:
    fault = iban_fault(creditor.iban)
    return _reached(creditor, debtor) if fault is None else [f"iban-{fault}"]


def _reached(creditor: Party, debtor: Party) -> list[str]:
    country, found = creditor.iban[:2], []
    if country not in SEPA:
        found.append("iban-country")
    elif not creditor.bic and country not in EEA:
        found.append("bic-missing")
    if creditor.iban == debtor.iban:
        found.append("own-account")
    if creditor.bic and not is_bic(creditor.bic):
        found.append("bic-form")
    elif creditor.bic and not same_system(country, creditor.bic[4:6]):
        found.append("bic-country")
    return found


def _all_differ(transfers: Sequence[Transfer]) -> bool:
    """Whether nothing can be there twice."""
    instructions = [one.instruction_id for one in transfers if one.instruction_id]
    return (
        len(set(instructions)) == len(instructions)
        and len({one.end_to_end_id for one in transfers}) == len(transfers)
        and len({(one.creditor.iban, one.amount, one.remittance) for one in transfers}) == len(transfers)
    )


def _twice(transfer: Transfer, seen: _Seen, place: str) -> Iterator[Offence]:
    instructions, references, transfers = seen
    same = (transfer.creditor.iban, transfer.amount, transfer.remittance)
    if transfer.instruction_id and transfer.instruction_id in instructions:
        yield "instruction-id-twice", place
    if transfer.end_to_end_id in references:
        yield "end-to-end-id-twice", place
    if same in transfers:
        yield "same-transfer-twice", place
    instructions.add(transfer.instruction_id)
    references.add(transfer.end_to_end_id)
    transfers.add(same)
