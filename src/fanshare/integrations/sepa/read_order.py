"""A pain.001 file read back into the values that stand in it: ours, or one that somebody wants judged."""

from fanshare.core.errors import BadInputError
from fanshare.integrations.sepa.document import Address, Order, Party, Payment, Transfer
from fanshare.integrations.sepa.write import NAMESPACE
from fanshare.integrations.xml_input import Element, read_xml


def read_order(raw: bytes) -> Order:
    """The values of a file. Elements that we never write are passed over.

    Raises ``BadInputError``: those of ``read_xml``, and ``not_a_payment_file`` for another kind of file.
    """
    document = read_xml(raw)
    top = document.root.first("CstmrCdtTrfInitn")
    if not document.namespace.startswith(NAMESPACE) or document.root.name != "Document" or top is None:
        raise BadInputError("not_a_payment_file", "This is no pain.001 file (credit transfers for a bank).")
    return Order(
        version=document.namespace.removeprefix(NAMESPACE),
        message_id=top.said("GrpHdr/MsgId"),
        created_at=top.said("GrpHdr/CreDtTm"),
        count=top.said("GrpHdr/NbOfTxs"),
        control_sum=top.said("GrpHdr/CtrlSum"),
        initiator=top.said("GrpHdr/InitgPty/Nm"),
        payments=tuple(_payment(element) for element in top.all("PmtInf")),
    )


def _payment(element: Element) -> Payment:
    return Payment(
        payment_id=element.said("PmtInfId"),
        method=element.said("PmtMtd"),
        count=element.said("NbOfTxs"),
        control_sum=element.said("CtrlSum"),
        service_level=element.said("PmtTpInf/SvcLvl/Cd"),
        execution_date=element.said("ReqdExctnDt/Dt") or element.said("ReqdExctnDt"),
        debtor=_party(element, "Dbtr"),
        charge_bearer=element.said("ChrgBr"),
        transfers=tuple(_transfer(part) for part in element.all("CdtTrfTxInf")),
    )


def _transfer(element: Element) -> Transfer:
    amount = element.first("Amt/InstdAmt")
    return Transfer(
        instruction_id=element.said("PmtId/InstrId"),
        end_to_end_id=element.said("PmtId/EndToEndId"),
        amount=amount.text if amount else "",
        currency=amount.attributes.get("Ccy", "") if amount else "",
        creditor=_party(element, "Cdtr"),
        remittance=element.said("RmtInf/Ustrd"),
    )


def _party(element: Element, whose: str) -> Party:
    bank = f"{whose}Agt/FinInstnId"
    address = element.first(f"{whose}/PstlAdr")
    return Party(
        name=element.said(f"{whose}/Nm"),
        iban=element.said(f"{whose}Acct/Id/IBAN"),
        bic=element.said(f"{bank}/BICFI") or element.said(f"{bank}/BIC"),
        address=_address(address) if address else None,
    )


def _address(element: Element) -> Address:
    return Address(
        country=element.said("Ctry"),
        town=element.said("TwnNm"),
        post_code=element.said("PstCd"),
        street=element.said("StrtNm"),
        building=element.said("BldgNb"),
        lines=tuple(line.text for line in element.all("AdrLine")),
    )
