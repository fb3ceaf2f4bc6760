"""Writes and reads the files of payout runs: pain.001, pain.002 and camt.053, NACHA with its returns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fanshare.core.bank_files import Booked, Heard, Incoming, Odd, Order, Payment, Reading
from fanshare.core.errors import BadInputError
from fanshare.core.federal_days import next_federal_day
from fanshare.core.found_payments import Outside
from fanshare.core.instants import Instant, local_date
from fanshare.core.payee_account import Account, Kind
from fanshare.core.payout_item import Answer, Said
from fanshare.core.target_days import next_target_day
from fanshare.integrations.nacha import compose as nacha
from fanshare.integrations.nacha import reasons as ach_reasons
from fanshare.integrations.nacha import rules as nacha_rules
from fanshare.integrations.nacha import write as nacha_write
from fanshare.integrations.nacha.document import File
from fanshare.integrations.nacha.rail import NachaFileRail
from fanshare.integrations.nacha.returns import match, read_answers
from fanshare.integrations.sepa import compose as sepa
from fanshare.integrations.sepa import document as sepa_document
from fanshare.integrations.sepa import reasons as sepa_reasons
from fanshare.integrations.sepa import rules as sepa_rules
from fanshare.integrations.sepa import write as sepa_write
from fanshare.integrations.sepa.came_in import came_in
from fanshare.integrations.sepa.rail import SepaFileRail
from fanshare.integrations.sepa.read_statement import read_statements
from fanshare.integrations.sepa.read_status import answers, read_status, strangers
from fanshare.integrations.sepa.reconcile import reconcile
from fanshare.integrations.sepa.went_out import went_out

_FRANKFURT, _NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
#: Stands for an account that is gone, where a file is read and nothing is written.
_GONE = {
    Kind.IBAN: Account(Kind.IBAN, "gone", "DE89370400440532013000"),
    Kind.US: Account(Kind.US, "gone", "0000", "021000021"),
}


class Banks:
    """``core.bank_files.BankFiles`` over the formats that there are."""

    def write(self, order: Order, now: Instant) -> bytes:
        """The file to be given to the bank, judged by all rules of its format."""
        if order.debtor.kind is Kind.IBAN:
            today = local_date(now, _FRANKFURT)
            sent = _sepa(order, next_target_day(today))
            sepa_rules.refuse_broken(sent, today)
            return sepa_write.write(sent)
        today = local_date(now, _NEW_YORK)
        file = _nacha(order, next_federal_day(today + timedelta(days=1)))
        nacha_rules.refuse_broken(file, today)
        return nacha_write.write(file)

    def is_of_bank(self, raw: bytes) -> bool:
        """By what it begins with."""
        head = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
        return head[:1] == b"<" or (head[:3] == b"101" and len(head.splitlines()[0].rstrip()) > 80)

    def kind_of(self, raw: bytes) -> Kind:
        """By its first character."""
        return Kind.IBAN if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" else Kind.US

    def incoming(self, raw: bytes) -> list[Incoming]:
        """Booked, with its parts told, and no transfer of ours that came back."""
        return [
            Incoming(name, line.micros or 0, line.currency, line.text) for name, line in came_in(read_statements(raw))
        ]

    def outgoing(self, raw: bytes) -> list[Outside]:
        """Booked, and not back on the same statements; a file that is told as one sum goes by its own reference."""
        return went_out(read_statements(raw))

    def read(self, raw: bytes, order: Order, now: Instant, before: Sequence[Booked] = ()) -> Reading:
        """What it says of each payment; silence is left out. ``before`` counts beside a statement alone."""
        if self.kind_of(raw) is Kind.US:
            return _returns(raw, order, now)
        sent = _sepa(order, local_date(order.at, _FRANKFURT))
        return _statement(raw, sent, now, before) if b"camt.053" in raw[:2000] else _status(raw, sent, now)


def _sepa(order: Order, day: date) -> sepa_document.Order:
    who = order.debtor
    address = sepa_document.Address(who.country, who.town, who.post_code, who.street) if who.country else None
    debtor = sepa_document.Party(who.name, who.number, who.bank, address)
    frame = sepa.Frame(order.message_id, order.at, day, debtor)
    items = [sepa.Item(one.key, one.amount, one.currency, _party(one), f"Payout {one.key}") for one in order.payments]
    return sepa.compose(frame, items)


def _party(payment: Payment) -> sepa_document.Party:
    account = payment.account or _GONE[Kind.IBAN]
    return sepa_document.Party(account.holder, account.number, account.bank)


def _nacha(order: Order, day: date) -> File:
    """Each trace number is its payment's number, so that another payment's fate never moves it.

    They have seven figures and begin again after ten million payments; entries stand in their order, as Nacha asks.
    """
    debtor = order.debtor
    frame = nacha.Frame(
        bank=debtor.bank,
        bank_name=debtor.bank_name,
        origin=debtor.origin,
        company=debtor.name,
        company_id=debtor.company_id,
        description="PAYOUT",
        created_at=order.at,
        day=day,
        modifier=chr(ord("A") + order.number % 26),
    )
    file = nacha.compose(frame, [_item(one) for one in order.payments])
    numbers = {str(one.number): one.number for one in order.payments}
    return replace(
        file,
        batches=tuple(
            replace(batch, entries=tuple(sorted(
                (replace(entry, trace=f"{batch.odfi}{numbers[entry.identification] % 10**7:07d}")
                 for entry in batch.entries), key=lambda entry: entry.trace
            )))
            for batch in file.batches
        ),
    )  # fmt: skip


def _item(payment: Payment) -> nacha.Item:
    account = payment.account or _GONE[Kind.US]
    payee = nacha.Payee(account.holder, account.bank, account.number, account.savings)
    return nacha.Item(str(payment.number), payment.amount, payment.currency, payee)


def _status(raw: bytes, sent: sepa_document.Order, now: Instant) -> Reading:
    report = read_status(raw)
    told = answers(report, sent)
    rail = SepaFileRail(sent, now, reports=[report])
    reasons = {key: one.reasons for key, one in told.items()}
    odd = [Odd(key, one.outcome.value) for key, one in told.items() if one.outcome.value == "unclear"]
    odd += [Odd(key, "not_of_this_run") for key in strangers(report, sent)]
    return Reading(_heard(rail, told, reasons), tuple(odd))


def _statement(raw: bytes, sent: sepa_document.Order, now: Instant, before: Sequence[Booked]) -> Reading:
    statements = read_statements(raw)
    found = reconcile(statements, [sent], before)
    reasons = {key: tuple(one.reason for one in some if one.reason) for key, some in found.returns.items()}
    rail = SepaFileRail(sent, now, statements=statements, before=before)
    odd = tuple(Odd(note.reference, note.finding.value) for note in found.notes)
    return Reading(_heard(rail, found.told, reasons), odd, tuple(found.booked))


def _heard(rail: SepaFileRail, keys: Iterable[str], reasons: Mapping[str, tuple[str, ...]]) -> tuple[Heard, ...]:
    found = []
    for key in keys:
        answer = rail.ask(key)
        if answer.said is not Said.SILENT:
            sentence = sepa_reasons.reason_sentence(next(iter(reasons.get(key, ())), "")) if _bad(answer) else ""
            found.append(Heard(key, answer.said, answer.amount, answer.currency, _for_payee(sentence)))
    return tuple(found)


def _returns(raw: bytes, order: Order, now: Instant) -> Reading:
    file = _nacha(order, local_date(order.at, _NEW_YORK))
    told = read_answers(raw)
    if not told:
        raise BadInputError("no_answers", "This file has no returns and no changes; it may be one that was sent.")
    keys = {str(one.number): one.key for one in order.payments}
    rail, matched = NachaFileRail(file, now, told), match(told, [file])
    heard = []
    for number in dict.fromkeys(one.identification for one in told if one.identification in keys):
        answer = rail.ask(number)
        if answer.said is not Said.SILENT:
            code = next(one.code for one in told if one.identification == number)
            sentence = _for_payee(ach_reasons.reason_sentence(code)) if _bad(answer) else ""
            heard.append(Heard(keys[number], answer.said, answer.amount, answer.currency, sentence))
    odd = [Odd(keys.get(one.identification, one.identification), f"unclear {one.code}") for one in matched.unclear]
    odd += [Odd(keys[key], some[0].code) for key, some in matched.changes.items() if key in keys]
    return Reading(tuple(heard), tuple(odd))


def _bad(answer: Answer) -> bool:
    return answer.said in (Said.CAME_BACK, Said.REFUSED)


def _for_payee(sentence: str) -> str:
    """What happened, without what the brand is to do about it."""
    return f"{sentence.partition('. ')[0].rstrip('.')}." if sentence else ""
