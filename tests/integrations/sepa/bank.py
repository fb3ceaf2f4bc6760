"""A bank on paper: answers files and books them, in the versions that banks use. What it writes keeps the schemas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fanshare.integrations.sepa.document import Order, Transfer

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STATUS_VERSIONS, STATEMENT_VERSIONS = ("03", "14"), ("02", "08", "14")


def status_report(
    order: Order, *, version: str = "03", group: str = "", payment: str = "", each: Sequence[tuple[str, str, str]] = ()
) -> bytes:
    """pain.002. ``each``: (end-to-end id, status, reason)."""
    one = order.payments[0]
    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>{_reason(reason)}</TxInfAndSts>"
        for reference, status, reason in each
    )
    part = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{one.payment_id}</OrgnlPmtInfId>"
        f"{_tag('PmtInfSts', payment)}{told}</OrgnlPmtInfAndSts>"
        if payment or told
        else ""
    )
    return (
        f'{HEAD}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        "<CstmrPmtStsRpt><GrpHdr><MsgId>B-1</MsgId><CreDtTm>2026-11-27T08:00:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{order.message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>"
        f"{_tag('GrpSts', group)}</OrgnlGrpInfAndSts>{part}</CstmrPmtStsRpt></Document>"
    ).encode()


def _reason(code: str) -> str:
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""


def _tag(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>" if text else ""


@dataclass(frozen=True)
class Booked:
    """One entry as the bank books it. ``parts``: (end-to-end id, amount, reason of return)."""

    amount: str
    parts: Sequence[tuple[str, str, str]] = ()
    way: str = "DBIT"
    batch: tuple[str, str] = ("", "")
    reversal: bool = False
    status: str = "BOOK"
    reference: str = ""
    currency: str = "EUR"
    day: str = "2026-11-27"
    payer: str = ""
    #: Whose account it went to, by end-to-end id.
    payees: Mapping[str, str] = field(default_factory=dict)


def booked_file(order: Order, **changes: object) -> Booked:
    """A whole file as one entry with its parts."""
    parts = [(one.end_to_end_id, one.amount, "") for one in order.payments[0].transfers]
    given: Mapping[str, object] = {"amount": order.control_sum, "parts": parts, **changes}
    return Booked(**given)  # type: ignore[arg-type]


def returned(transfer: Transfer, reason: str = "AC04", amount: str = "") -> Booked:
    amount = amount or transfer.amount
    return Booked(amount, [(transfer.end_to_end_id, amount, reason)], "CRDT")


def statement(
    entries: Iterable[Booked],
    *,
    version: str = "08",
    number: str = "S-1",
    sequence: str = "7",
    balances: tuple[str, str] | None = None,
    duplicate: bool = False,
) -> bytes:
    """camt.053 with one statement."""
    inside = "".join(_entry(entry, version) for entry in entries)
    opening, closing = balances or ("0.00", "0.00")
    told = _balance("OPBD", opening) + (_balance("CLBD", closing) if balances else "")
    return (
        f'{HEAD}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>B-2</MsgId><CreDtTm>2026-11-28T06:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{number}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb><CreDtTm>2026-11-28T06:00:00</CreDtTm>"
        f"{'<CpyDplctInd>DUPL</CpyDplctInd>' if duplicate else ''}"
        f"<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{told}{inside}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(kind: str, amount: str) -> str:
    way = "DBIT" if amount.startswith("-") else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{way}</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>"
    )


def _entry(entry: Booked, version: str) -> str:
    message, payment = entry.batch
    batch = _tag("Btch", _tag("MsgId", message) + _tag("PmtInfId", payment))
    parts = "".join(_part(part, entry, version) for part in entry.parts)
    status = entry.status if version == "02" else _tag("Cd", entry.status)
    return (
        f'<Ntry><Amt Ccy="{entry.currency}">{entry.amount}</Amt><CdtDbtInd>{entry.way}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if entry.reversal else ''}<Sts>{status}</Sts>"
        f"{_tag('BookgDt', _tag('Dt', entry.day))}{_tag('AcctSvcrRef', entry.reference)}"
        "<BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd>"
        f"{_tag('NtryDtls', batch + parts)}</Ntry>"
    )


def _part(part: tuple[str, str, str], entry: Booked, version: str) -> str:
    reference, amount, reason = part
    money = f'<Amt Ccy="{entry.currency}">{amount}</Amt>'
    told = (
        f"<AmtDtls><TxAmt>{money}</TxAmt></AmtDtls>"
        if version == "02"
        else f"{money}<CdtDbtInd>{entry.way}</CdtDbtInd>"
    )
    back = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    payer = _tag("Nm", entry.payer) if version == "02" else _tag("Pty", _tag("Nm", entry.payer))
    iban = entry.payees.get(reference, "")
    account = _tag("CdtrAcct", _tag("Id", _tag("IBAN", iban))) if iban else ""
    who = _tag("RltdPties", (_tag("Dbtr", payer) if entry.payer else "") + account) if entry.payer or iban else ""
    return f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{told}{who}{back}</TxDtls>"
