"""Account statements of a bank (camt.053): what was really booked, transfer by transfer where the bank tells it."""

import re
from dataclasses import dataclass
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.integrations.sepa.amounts import read_amount
from fanshare.integrations.sepa.reasons import reason_code
from fanshare.integrations.xml_input import Element, read_xml

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*|Z|[+-].*)?", re.ASCII)
#: What banks write where there is no id, signs other than letters and figures left out; and nothing but zeros.
_NO_ID = re.compile(r"0*|NOTPROVIDED|NON?REF(ERENCE)?|NOTAVAILABLE|NONE|NA|NULL|UNKNOWN|UNBEKANNT|KEINEREFERENZ")
#: Name and account of who paid, in the older and the newer versions.
_PAYER = (
    "RltdPties/Dbtr/Nm",
    "RltdPties/Dbtr/Pty/Nm",
    "RltdPties/DbtrAcct/Id/IBAN",
    "RltdPties/DbtrAcct/Id/Othr/Id",
)


#: The account of who was paid.
_PAYEE = ("RltdPties/CdtrAcct/Id/IBAN", "RltdPties/CdtrAcct/Id/Othr/Id")


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer within an entry. Ids are empty and ``micros`` is None where the bank tells none.

    ``credit`` is True for money that came in. ``returned`` is True for a transfer of ours that came back, with the
    bank's ``reason`` (a code, empty if it gave none).
    """

    end_to_end_id: str
    message_id: str
    payment_id: str
    micros: Micros | None
    currency: str
    credit: bool
    returned: bool
    reason: str = ""
    #: What the payer wrote: a structured reference and free text.
    text: str = ""
    #: Who paid, by name and account, and what banks call this transfer: empty where the statement does not say.
    payer: str = ""
    bank_reference: str = ""
    bank_ids: str = ""
    payee: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an entry says about the file or payment that it sums up. ``count`` is None where it does not say."""

    message_id: str
    payment_id: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking, or with ``booked`` False an announcement. ``lines`` is empty where the bank tells no parts."""

    bank_reference: str
    day: date | None
    micros: Micros
    currency: str
    credit: bool
    reversal: bool
    booked: bool
    batch: Batch | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement (or one page of it). Balances are signed micros, None where the bank tells none."""

    statement_id: str
    sequence: str
    page: str
    iban: str
    duplicate: bool
    opening: Micros | None
    closing: Micros | None
    entries: tuple[Entry, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells this statement from every other one."""
        return (self.iban, self.statement_id, self.sequence, self.page)

    @property
    def missing(self) -> Micros:
        """What closing and opening balance differ by beyond the booked entries; 0 where it adds up or can't be told."""
        if self.opening is None or self.closing is None:
            return 0
        booked = sum(entry.micros if entry.credit else -entry.micros for entry in self.entries if entry.booked)
        return self.closing - self.opening - booked


def read_statements(raw: bytes) -> list[Statement]:
    """The statements of a camt.053 file of any version.

    Raises ``BadInputError``: those of ``read_xml``, ``not_a_statement``, ``bad_amount``, ``bad_statement``.
    """
    document = read_xml(raw)
    top = document.root.first("BkToCstmrStmt")
    if not document.namespace.startswith(NAMESPACE) or document.root.name != "Document" or top is None:
        raise BadInputError("not_a_statement", "This is no camt.053 file (an account statement of a bank).")
    return [_statement(element) for element in top.all("Stmt")]


def _statement(element: Element) -> Statement:
    return Statement(
        statement_id=element.said("Id"),
        sequence=element.said("ElctrncSeqNb") or element.said("LglSeqNb"),
        page=element.said("StmtPgntn/PgNb"),
        iban=element.said("Acct/Id/IBAN") or element.said("Acct/Id/Othr/Id"),
        duplicate=element.said("CpyDplctInd") in ("DUPL", "CODU"),
        opening=_balance(element, ("OPBD", "PRCD")),
        closing=_balance(element, ("CLBD",)),
        entries=tuple(_entry(part) for part in element.all("Ntry")),
    )


def _balance(element: Element, kinds: tuple[str, ...]) -> Micros | None:
    for kind in kinds:
        for balance in element.all("Bal"):
            if balance.said("Tp/CdOrPrtry/Cd") == kind:
                micros = read_amount(balance.said("Amt"))
                return micros if _is_credit(balance) else -micros
    return None


def _entry(element: Element) -> Entry:
    micros, currency = _money(element.first("Amt"))
    details = list(element.all("NtryDtls/TxDtls"))
    batch = element.first("NtryDtls/Btch")
    credit, reversal = _is_credit(element), element.said("RvslInd") in ("true", "1")
    status = element.said("Sts/Cd") or element.said("Sts")
    back = reversal or element.said("BkTxCd/Domn/Fmly/SubFmlyCd") == "RRTN"
    alone = (micros, currency) if len(details) == 1 else None
    return Entry(
        bank_reference=_id(element, "AcctSvcrRef"),
        day=_day(element, "BookgDt") or _day(element, "ValDt"),
        micros=micros,
        currency=currency,
        credit=credit,
        reversal=reversal,
        booked=status == "BOOK",
        batch=_batch(batch) if batch else None,
        lines=tuple(_line(part, credit, back, alone) for part in details),
    )


def _batch(element: Element) -> Batch:
    count = element.said("NbOfTxs")
    known = int(count) if re.fullmatch("[0-9]{1,15}", count, re.ASCII) else None
    return Batch(_id(element, "MsgId"), _id(element, "PmtInfId"), known)


def _line(element: Element, credit: bool, back: bool, alone: tuple[Micros, str] | None) -> Line:
    own = element.first("Amt") or element.first("AmtDtls/TxAmt/Amt") or element.first("AmtDtls/InstdAmt/Amt")
    micros, currency = alone or (_money(own) if own else (None, ""))
    credit = _is_credit(element) if element.first("CdtDbtInd") else credit
    reason = element.said("RtrInf/Rsn/Cd") or element.said("RtrInf/Rsn/Prtry")
    returned = element.first("RtrInf") is not None or element.said("BkTxCd/Domn/Fmly/SubFmlyCd") == "RRTN"
    return Line(
        end_to_end_id=_id(element, "Refs/EndToEndId"),
        message_id=_id(element, "Refs/MsgId"),
        payment_id=_id(element, "Refs/PmtInfId"),
        micros=micros,
        currency=currency,
        credit=credit,
        returned=credit and (returned or back),
        reason=reason_code(reason) if reason else "",
        text=_text(element),
        payer=" ".join(element.said(path) for path in _PAYER),
        bank_reference=_id(element, "Refs/AcctSvcrRef"),
        bank_ids=" ".join(_id(element, f"Refs/{name}") for name in ("TxId", "UETR", "InstrId", "ClrSysRef")),
        payee=next((said for path in _PAYEE if (said := element.said(path))), ""),
    )


def _text(element: Element) -> str:
    paths = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd")
    said = [part.text for path in paths for part in element.all(path)]
    return " ".join([*said, element.said("Refs/EndToEndId")])[:1000]


def _id(element: Element, path: str) -> str:
    text = element.said(path)
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    return "" if _NO_ID.fullmatch(plain) else text


def _money(element: Element | None) -> tuple[Micros, str]:
    if element is None:
        raise BadInputError("bad_statement", "An entry of this statement has no amount.")
    return read_amount(element.text), element.attributes.get("Ccy", "")


def _is_credit(element: Element) -> bool:
    said = element.said("CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise BadInputError("bad_statement", "An entry or balance does not say whether money came or went.")
    return said == "CRDT"


def _day(element: Element, name: str) -> date | None:
    text = element.said(f"{name}/Dt") or element.said(f"{name}/DtTm")
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        raise BadInputError("bad_statement", "An entry of this statement has a day that does not exist.") from None
