"""``fanshare terms``: what the programme promises, in documents that become immutable versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.core.terms import Terms

app = group("Check, publish and show terms.")

_FILE = typer.Argument(help="A terms document, TOML or (by its name) JSON; - reads TOML from standard input.")


@app.command()
def check(
    ctx: typer.Context,
    file: Path = _FILE,
    currency: str = typer.Option("", help="Leave out what can only hold in other currencies, and work in this one."),
) -> None:
    """Explain a terms document in plain sentences, with a worked order. Needs no database."""
    from fanshare.core.money import exponent
    from fanshare.core.terms_document import read
    from fanshare.core.terms_example import worked_order
    from fanshare.core.terms_sentences import sentences

    wanted = currency.upper() or None
    if wanted is not None:
        exponent(wanted)
    terms = read(read_document(file), version=1, effective_at=0)
    said, worked = sentences(terms, wanted), worked_order(terms, wanted or _currency_of(terms)).text
    document = {"ok": True, "hash": terms.hash, "sentences": said, "example": list(worked)}
    session(ctx).out.result(document, [*said, "", *worked])


@app.command()
def publish(
    ctx: typer.Context,
    file: Path = _FILE,
    since: str = typer.Option("", "--from", help="When it takes effect: a date or RFC 3339; as soon as allowed."),
) -> None:
    """Publish a document as the next version. One that lowers something waits the notice that was promised."""
    from fanshare.cli.shapes import moment, when
    from fanshare.flows.publish_terms import publish_terms

    document = read_document(file)
    effective = moment(since) if since else None
    this = session(ctx)
    with this.desk() as desk:
        done = publish_terms(desk.access, document, desk.now, effective_at=effective)
    terms = done.terms
    result = {
        "version": terms.version,
        "hash": terms.hash,
        "effective_at": when(terms.effective_at),
        "lowered": list(done.lowered),
    }
    lines = [f"Version {terms.version} takes effect at {result['effective_at']}; its hash {terms.hash} is in the log."]
    lines += ["It lowers something:", *(f"  {sentence}" for sentence in done.lowered)] if done.lowered else []
    this.out.result(result, lines)


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All versions, oldest first."""
    from fanshare.cli.shapes import when

    this = session(ctx)
    with this.desk() as desk:
        rows = [
            {"version": one.version, "effective_at": when(one.effective_at), "hash": one.hash}
            for one in desk.programme.book
        ]
    this.out.rows("versions", rows, ("version", "effective_at", "hash"))


@app.command()
def show(
    ctx: typer.Context, version: int = typer.Argument(0, help="Its number; the one in force if left out.")
) -> None:
    """One version: its document and its sentences."""
    from fanshare.cli.shapes import when
    from fanshare.core.terms_document import document as document_of
    from fanshare.core.terms_sentences import sentences

    this = session(ctx)
    with this.desk() as desk:
        book = desk.programme.book
        found = [one for one in book if one.version == version] if version else [book.at(desk.now)]
    if not found:
        raise BadInputError("unknown_version", f"There is no version {version} of these terms.", 404)
    terms = found[0]
    said = sentences(terms)
    result = {
        "version": terms.version,
        "hash": terms.hash,
        "effective_at": when(terms.effective_at),
        "document": document_of(terms),
        "sentences": said,
    }
    this.out.result(result, [f"Version {terms.version}, from {result['effective_at']}:", *said])


def read_document(file: Path) -> dict[str, Any]:
    """The tables of a terms file. Raises ``BadInputError``."""
    from fanshare.cli.files import read_bytes
    from fanshare.core.terms_text import MAX_DOCUMENT_BYTES, parse

    return parse(read_bytes(file, MAX_DOCUMENT_BYTES + 1), "json" if file.suffix.lower() == ".json" else "toml")


def _currency_of(terms: "Terms") -> str:
    return next((rule.currency for rule in terms.rules if rule.currency), "EUR")
