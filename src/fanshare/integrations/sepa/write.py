"""A pain.001 file as bytes. Written piece by piece, because a file may hold a hundred thousand transfers."""

from collections.abc import Iterator
from xml.sax import saxutils

from fanshare.integrations.sepa.document import Address, Order, Party, Payment, Transfer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001."
#: What stands for a bank whose code is not told: its IBAN is enough.
NOT_PROVIDED = "<Othr><Id>NOTPROVIDED</Id></Othr>"


def write(order: Order) -> bytes:
    """The file in UTF-8. The same order gives the same bytes. Whether it is right is for ``rules.check`` to say."""
    return "".join(pieces(order)).encode()


def pieces(order: Order) -> Iterator[str]:
    """The file in pieces of text, none longer than one transfer."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<Document xmlns="{NAMESPACE}{_escaped(order.version)}"><CstmrCdtTrfInitn>'
    yield "<GrpHdr>" + _element("MsgId", order.message_id) + _element("CreDtTm", order.created_at)
    yield _element("NbOfTxs", order.count) + _element("CtrlSum", order.control_sum)
    yield f"<InitgPty>{_element('Nm', order.initiator)}</InitgPty></GrpHdr>"
    for payment in order.payments:
        yield from _payment(payment, order.version)
    yield "</CstmrCdtTrfInitn></Document>\n"


def _payment(payment: Payment, version: str) -> Iterator[str]:
    yield "<PmtInf>" + _element("PmtInfId", payment.payment_id) + _element("PmtMtd", payment.method)
    yield _element("NbOfTxs", payment.count) + _element("CtrlSum", payment.control_sum)
    if payment.service_level:
        yield f"<PmtTpInf><SvcLvl><Cd>{_escaped(payment.service_level)}</Cd></SvcLvl></PmtTpInf>"
    day = _element("Dt", payment.execution_date)
    yield f"<ReqdExctnDt>{_escaped(payment.execution_date) if version == '03' else day}</ReqdExctnDt>"
    debtor = payment.debtor
    yield f"<Dbtr>{_who(debtor)}</Dbtr>{_account('Dbtr', debtor)}"
    yield f"<DbtrAgt><FinInstnId>{_bank(debtor, version) or NOT_PROVIDED}</FinInstnId></DbtrAgt>"
    yield _element("ChrgBr", payment.charge_bearer)
    for transfer in payment.transfers:
        yield transfer_text(transfer, version)
    yield "</PmtInf>"


def transfer_text(transfer: Transfer, version: str) -> str:
    """One transfer as it stands in the file."""
    creditor = transfer.creditor
    bank = _bank(creditor, version)
    note = _element("Ustrd", transfer.remittance)
    return (
        f"<CdtTrfTxInf><PmtId>{_element('InstrId', transfer.instruction_id)}"
        f"{_element('EndToEndId', transfer.end_to_end_id)}</PmtId>"
        f'<Amt><InstdAmt Ccy="{_quoted(transfer.currency)}">{_escaped(transfer.amount)}</InstdAmt></Amt>'
        f"{bank and f'<CdtrAgt><FinInstnId>{bank}</FinInstnId></CdtrAgt>'}"
        f"<Cdtr>{_who(creditor)}</Cdtr>{_account('Cdtr', creditor)}"
        f"{note and f'<RmtInf>{note}</RmtInf>'}</CdtTrfTxInf>"
    )


def _who(party: Party) -> str:
    return _element("Nm", party.name) + (_address(party.address) if party.address else "")


def _address(address: Address) -> str:
    lines = "".join(_element("AdrLine", line) for line in address.lines)
    inside = (
        _element("StrtNm", address.street)
        + _element("BldgNb", address.building)
        + _element("PstCd", address.post_code)
        + _element("TwnNm", address.town)
        + _element("Ctry", address.country)
        + lines
    )
    return f"<PstlAdr>{inside}</PstlAdr>"


def _account(whose: str, party: Party) -> str:
    return f"<{whose}Acct><Id>{_element('IBAN', party.iban)}</Id></{whose}Acct>"


def _bank(party: Party, version: str) -> str:
    return _element("BIC" if version == "03" else "BICFI", party.bic)


def _element(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>" if text else ""


def _escaped(text: str) -> str:
    # Most of it needs nothing.
    return saxutils.escape(text) if "&" in text or "<" in text or ">" in text else text


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")
