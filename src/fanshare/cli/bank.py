"""``fanshare bank``: what a file for a bank or of a bank says, and what is wrong with it, without a database."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import session, single
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.integrations.bank_rules import Finding
    from fanshare.integrations.sepa.document import Order

app = single()
#: More than any reader takes, so that theirs is the sentence about size.
_MOST = 150 * 1024 * 1024


@app.command()
def bank(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="pain.001, pain.002, camt.053 or a NACHA file.")],
    sent: Annotated[list[Path] | None, typer.Option(help="A pain.001 file that was sent, to compare with.")] = None,
    today: Annotated[str, typer.Option(help="The bank's date, such as 2026-11-27; else that of this machine.")] = "",
) -> None:
    """Check a payout file, or say what a bank's answer or statement means. Names and accounts are not printed."""
    from fanshare.cli.files import read_bytes
    from fanshare.integrations.sepa.read_order import read_order

    raw = read_bytes(file, _MOST)
    orders = [read_order(read_bytes(one, _MOST)) for one in sent or ()]
    document = _kind(raw)(raw, orders, _day(today))
    session(ctx).out.result(document, _lines(document))
    if not document["ok"]:
        raise typer.Exit(1)


type _Tell = Callable[[bytes, Sequence["Order"], date], dict[str, Any]]


def _kind(raw: bytes) -> _Tell:
    """By what it begins with; the reader of that kind says what is wrong with a file that only looks so."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return _ach
    head = raw[:2000]
    if b"pain.002" in head:
        return _status
    return _statement if b"camt.053" in head else _order


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise BadInputError("bad_day", "The day is written like 2026-11-27.") from None


def _order(raw: bytes, _: Sequence["Order"], today: date) -> dict[str, Any]:
    from fanshare.integrations.sepa.read_order import read_order
    from fanshare.integrations.sepa.rules import check

    order = read_order(raw)
    said = {"message_id": order.message_id, "transfers": order.count, "sum": order.control_sum}
    return _checked(f"pain.001.001.{order.version}", said, check(order, today))


def _ach(raw: bytes, _: Sequence["Order"], today: date) -> dict[str, Any]:
    from fanshare.integrations.nacha.read_file import read_file
    from fanshare.integrations.nacha.reasons import reason_sentence
    from fanshare.integrations.nacha.returns import read_answers
    from fanshare.integrations.nacha.rules import check

    file = read_file(raw)
    entries = [entry for batch in file.batches for entry in batch.entries]
    if any(record[1:3] in ("98", "99") for entry in entries for record in entry.addenda):
        told = [(one.identification, one.code, reason_sentence(one.code)) for one in read_answers(raw)]
        return _told("nacha returns", {"entries": len(entries)}, told)
    said = {"entries": file.totals.entries, "cents": file.totals.credit, "currency": "USD"}
    return _checked("nacha", said, check(file, today))


def _status(raw: bytes, orders: Sequence["Order"], _: date) -> dict[str, Any]:
    from fanshare.integrations.sepa.read_status import answers, read_status
    from fanshare.integrations.sepa.reasons import reason_sentence

    report = read_status(raw)
    said = {"about": report.about, "status": report.status.code, "reasons": list(report.status.reasons)}
    ours = [order for order in orders if order.message_id == report.about]
    if ours:
        found = [(key, one.outcome.value, one.reasons) for key, one in answers(report, ours[0]).items()]
    else:
        parts = [part for payment in report.payments for part in payment.transfers]
        found = [(part.end_to_end_id, part.status.code, part.status.reasons) for part in parts]
    told = [(key, what, " ".join(map(reason_sentence, reasons))) for key, what, reasons in found]
    return _told("pain.002", said, told)


def _statement(raw: bytes, orders: Sequence["Order"], _: date) -> dict[str, Any]:
    from fanshare.integrations.sepa.read_statement import read_statements
    from fanshare.integrations.sepa.reasons import reason_sentence
    from fanshare.integrations.sepa.reconcile import reconcile

    statements = read_statements(raw)
    found = reconcile(statements, orders)
    said = {"statements": len(statements), "entries": sum(len(one.entries) for one in statements)}
    said |= {"paid": sum(map(found.paid, found.debits)), "not_seen": len(found.open)}
    told = [(key, "returned", reason_sentence(one.reason)) for key, some in found.returns.items() for one in some]
    notes = [(note.reference, note.finding.value.replace("_", " "), "") for note in found.notes]
    return _told("camt.053", said, told + notes) | {"ok": not notes}


def _checked(kind: str, said: dict[str, Any], found: Sequence["Finding"]) -> dict[str, Any]:
    broken = [{"rule": one.rule_id, "place": one.place, "sentence": one.sentence} for one in found]
    return {"ok": not found, "kind": kind, **said, "broken": broken}


def _told(kind: str, said: dict[str, Any], told: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    parts = [{"reference": reference, "what": what, "sentence": sentence} for reference, what, sentence in told]
    return {"ok": True, "kind": kind, **said, "told": parts}


def _lines(document: dict[str, Any]) -> list[str]:
    plain = {name: value for name, value in document.items() if name not in ("ok", "kind", "broken", "told")}
    about = ", ".join(f"{name.replace('_', ' ')} {_word(value)}" for name, value in plain.items() if value != "")
    lines = [f"{document['kind']}: {about}"]
    lines += [f"  {one['sentence']}" for one in document.get("broken", ())]
    lines += [f"  {one['reference']}: {one['what']}. {one['sentence']}".rstrip() for one in document.get("told", ())]
    if "broken" in document:
        lines.append("This file breaks no rule." if document["ok"] else "This file must not be sent.")
    # Ids in a file are anybody's: nothing in them may steer a terminal or turn a line round.
    return ["".join(sign if sign.isprintable() else "?" for sign in line) for line in lines]


def _word(value: Any) -> str:
    return (", ".join(value) or "none") if isinstance(value, list) else str(value)
