"""What a bank answers to a file (pain.002): for the file, its payments and its transfers, down to one answer each.

Whatever a bank leaves open stays open. Only a status that says so ends something; a status that is not known, or two
that contradict each other, are ``UNCLEAR``, and a person has to look.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.integrations.sepa.amounts import read_amount
from fanshare.integrations.sepa.document import Order
from fanshare.integrations.sepa.reasons import reason_code
from fanshare.integrations.xml_input import Element, read_xml

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001."


class Outcome(StrEnum):
    """What a status means for the money."""

    #: The bank will not carry it out; the money is still there.
    REJECTED = "rejected"
    #: It has arrived or is being looked at; nothing is promised.
    PENDING = "pending"
    #: Checked and taken on; a rejection may still follow.
    ACCEPTED = "accepted"
    #: The account was debited. A return may still follow at any time.
    SETTLED = "settled"
    #: The bank says different things, another amount, or a word that we do not know. Nothing is concluded.
    UNCLEAR = "unclear"


#: Statuses by ISO 20022 (ExternalPaymentTransactionStatus1Code, ExternalPaymentGroupStatus1Code). Those that begin
#: with RV and RCVC answer the verification of a payee's name (EPC218-23): the bank waits for a person, so they are
#: pending.
_OUTCOMES = {
    Outcome.REJECTED: "RJCT CANC",
    Outcome.PENDING: "RCVD PDNG PATC PRES BLCK ACFW RCVC RVCM RVMC RVNM RVNA RVNC",
    Outcome.ACCEPTED: "ACTC ACCP ACSP ACWC ACFC ACWP ACPD",
    Outcome.SETTLED: "ACSC ACCC",
}
_MEANING = {code: outcome for outcome, codes in _OUTCOMES.items() for code in codes.split()}
#: Says only that the statuses below differ.
_PARTIAL = ("PART", "PRTL")


@dataclass(frozen=True, slots=True)
class Status:
    """A status as the bank wrote it, with its reasons (codes). ``code`` is empty where it wrote none."""

    code: str
    reasons: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What it means; ``None`` where it says nothing, or only that the parts differ."""
        if not self.code or self.code in _PARTIAL:
            return None
        return _MEANING.get(self.code, Outcome.UNCLEAR)


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """One transfer's status. ``micros`` and ``currency`` are there if the bank repeated them."""

    end_to_end_id: str
    status: Status
    micros: Micros | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """One payment's status and those of its transfers that the bank names."""

    payment_id: str
    status: Status
    transfers: tuple[TransferStatus, ...]


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A pain.002 file. ``about`` is the message id of the file that it answers."""

    message_id: str
    about: str
    about_kind: str
    status: Status
    payments: tuple[PaymentStatus, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a report means for one transfer."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()


def read_status(raw: bytes) -> StatusReport:
    """A pain.002 file of any version.

    Raises ``BadInputError``: those of ``read_xml``, ``not_a_status_report``, ``bad_amount``.
    """
    document = read_xml(raw)
    top = document.root.first("CstmrPmtStsRpt")
    if not document.namespace.startswith(NAMESPACE) or document.root.name != "Document" or top is None:
        raise BadInputError("not_a_status_report", "This is no pain.002 file (a bank's answer to a file).")
    group = top.first("OrgnlGrpInfAndSts")
    if group is None or not group.said("OrgnlMsgId"):
        raise BadInputError("not_a_status_report", "This answer does not say which file it answers.")
    return StatusReport(
        message_id=top.said("GrpHdr/MsgId"),
        about=group.said("OrgnlMsgId"),
        about_kind=group.said("OrgnlMsgNmId"),
        status=_status(group, "GrpSts"),
        payments=tuple(_payment(element) for element in top.all("OrgnlPmtInfAndSts")),
    )


def answers(report: StatusReport, order: Order) -> dict[str, Answer]:
    """The answer for each end-to-end id of the file that was sent, as far as the report has one.

    The status of a transfer goes before its payment's, and that before the file's. A rejection above and something else
    below, another amount than was sent, or the same transfer with two statuses are ``UNCLEAR``.
    Raises ``BadInputError`` ``other_file`` if the report is about another file.
    """
    if report.about != order.message_id:
        raise BadInputError("other_file", "This answer is about another file; look for the file with its message id.")
    said = {payment.payment_id: payment for payment in report.payments}
    found: dict[str, Answer] = {}
    for payment in order.payments:
        told = said.get(payment.payment_id)
        above = [report.status] + ([told.status] if told else [])
        below = _by_reference(told.transfers if told else ())
        for transfer in payment.transfers:
            named = below.get(transfer.end_to_end_id, [])
            right = (read_amount(transfer.amount), transfer.currency)
            answer = _answer(above, named, right)
            if answer:
                found[transfer.end_to_end_id] = answer
    return found


def strangers(report: StatusReport, order: Order) -> list[str]:
    """End-to-end ids that the report names and the file does not have."""
    ours = {transfer.end_to_end_id for payment in order.payments for transfer in payment.transfers}
    named = (transfer.end_to_end_id for payment in report.payments for transfer in payment.transfers)
    return [reference for reference in dict.fromkeys(named) if reference not in ours]


def _by_reference(transfers: Iterable[TransferStatus]) -> Mapping[str, list[TransferStatus]]:
    found: dict[str, list[TransferStatus]] = {}
    for transfer in transfers:
        found.setdefault(transfer.end_to_end_id, []).append(transfer)
    return found


def _answer(above: list[Status], named: list[TransferStatus], right: tuple[Micros, str]) -> Answer | None:
    levels = [*above, *(transfer.status for transfer in named)]
    speaking = [level for level in levels if level.outcome is not None]
    if not speaking:
        return None
    reasons = next((level.reasons for level in reversed(levels) if level.reasons), ())
    last = speaking[-1].outcome
    assert last is not None, "those that speak have an outcome"
    return Answer(Outcome.UNCLEAR if _contradicts(above, named, right, last) else last, reasons)


def _contradicts(above: list[Status], named: list[TransferStatus], right: tuple[Micros, str], last: Outcome) -> bool:
    other_amount = any(told.micros is not None and (told.micros, told.currency) != right for told in named)
    many = len({told.status.outcome for told in named}) > 1
    refused = any(level.outcome is Outcome.REJECTED for level in above) and last is not Outcome.REJECTED
    return other_amount or many or refused


def _payment(element: Element) -> PaymentStatus:
    transfers = tuple(_transfer(part) for part in element.all("TxInfAndSts"))
    return PaymentStatus(element.said("OrgnlPmtInfId"), _status(element, "PmtInfSts"), transfers)


def _transfer(element: Element) -> TransferStatus:
    # Both ids are ours and the same; a bank may repeat only one of them.
    reference = element.said("OrgnlEndToEndId") or element.said("OrgnlInstrId")
    amount = element.first("OrgnlTxRef/Amt/InstdAmt")
    if amount is None:
        return TransferStatus(reference, _status(element, "TxSts"))
    return TransferStatus(
        reference, _status(element, "TxSts"), read_amount(amount.text), amount.attributes.get("Ccy", "")
    )


def _status(element: Element, name: str) -> Status:
    reasons = [why.said("Rsn/Cd") or why.said("Rsn/Prtry") for why in element.all("StsRsnInf")]
    return Status(element.said(name)[:35], tuple(reason_code(reason) for reason in reasons if reason))
