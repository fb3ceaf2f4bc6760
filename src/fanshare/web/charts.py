"""Pictures made on the server: pure functions from amounts to SVG, without script and without inline style.

Colours are presentation attributes (they work in a mail or a README); on our pages classes of the same name override
them, so that light and dark follow the stylesheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from fanshare.core.money import Micros, spread
from fanshare.web.language import gettext as _
from fanshare.web.wording import shown

type PieceKey = Literal["goods", "creator", "fan", "buyer", "others"]

#: Widths are counted in hundredths of a percent, so that they add up exactly.
WHOLE = 10_000
#: The narrowest piece drawn: 2.5 %, seven pixels on the smallest phone, so that two pixels of gap leave some of it.
NARROWEST = 250

_FILL = {"goods": "#5C5952", "creator": "#B8400E", "fan": "#0F6E66", "buyer": "#5B4BB7", "others": "#857F73"}
_PAPER = "#FBFAF7"


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar: ``key`` chooses the colour, ``name`` is what people read, ``amount`` is micros."""

    key: PieceKey
    name: str
    amount: Micros


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths in 1/10000 of the bar, summing to ``WHOLE``; ``widened`` tells which are wider than to scale."""

    widths: tuple[int, ...]
    widened: tuple[bool, ...]


def widths(amounts: Sequence[Micros]) -> Widths:
    """Divide a bar in proportion to positive amounts; pieces below ``NARROWEST`` get it, the others share the rest.

    Raises ``ValueError`` for no amounts, for one that is not positive, or for more than would fit.
    """
    if not amounts or min(amounts) <= 0 or len(amounts) * NARROWEST > WHOLE:
        raise ValueError("a bar needs a few positive amounts")
    widened: set[int] = set()
    while True:
        large = [index for index in range(len(amounts)) if index not in widened]
        room = WHOLE - NARROWEST * len(widened)
        drawn = dict.fromkeys(widened, NARROWEST)
        drawn |= dict(zip(large, spread(room, [amounts[index] for index in large]), strict=True))
        narrow = {index for index in large if drawn[index] < NARROWEST}
        if not narrow:
            order = range(len(amounts))
            return Widths(tuple(drawn[index] for index in order), tuple(index in widened for index in order))
        widened |= narrow


def split_bar(pieces: Sequence[Piece], *, currency: str, ident: str, title: str) -> Markup:
    """The split bar: where the money of a sale went, to scale, in the order given.

    ``ident`` makes the ids of title and description unique on a page. Pieces of zero or less are left out of the
    picture (the table beside it has them); a bar of nothing is empty markup.
    """
    drawn = [piece for piece in pieces if piece.amount > 0]
    if not drawn:
        return Markup("")
    laid = widths([piece.amount for piece in drawn])
    starts = [sum(laid.widths[:index]) for index in range(len(drawn))]
    shapes = [
        _rect(piece, start, width, currency) for piece, start, width in zip(drawn, starts, laid.widths, strict=True)
    ]
    gaps = [_gap(start) for start in starts[1:]]
    small = [piece.name for piece, wide in zip(drawn, laid.widened, strict=True) if wide]
    return Markup(
        '<svg class="split-bar" role="img" xmlns="http://www.w3.org/2000/svg" width="100%" height="48"'
        ' aria-labelledby="{ident}-title {ident}-desc">'
        '<title id="{ident}-title">{title}</title><desc id="{ident}-desc">{desc}</desc>{shapes}{gaps}</svg>'
    ).format(
        ident=ident,
        title=title,
        desc=_description(drawn, small, currency),
        shapes=Markup("").join(shapes),
        gaps=Markup("").join(gaps),
    )


def _description(pieces: Sequence[Piece], small: Sequence[str], currency: str) -> str:
    parts = ", ".join(f"{piece.name} {shown(piece.amount, currency)}" for piece in pieces)
    wider = (
        " " + _("Drawn wider than to scale, so that it can be seen: %(names)s.") % {"names": ", ".join(small)}
        if small
        else ""
    )
    return _("From left to right, to scale: %(parts)s.") % {"parts": parts} + wider


def _rect(piece: Piece, start: int, width: int, currency: str) -> Markup:
    return Markup(
        '<rect class="piece-{key}" x="{x}" y="0" width="{width}" height="100%" fill="{fill}">'
        "<title>{name} {amount}</title></rect>"
    ).format(
        key=piece.key,
        x=_percent(start),
        width=_percent(width),
        fill=_FILL[piece.key],
        name=piece.name,
        amount=shown(piece.amount, currency),
    )


def _gap(at: int) -> Markup:
    return Markup(
        '<rect class="piece-gap" x="{x}" y="0" width="2" height="100%" transform="translate(-1 0)" fill="{paper}"/>'
    ).format(x=_percent(at), paper=_PAPER)


def _percent(units: int) -> str:
    whole, rest = divmod(units, 100)
    return f"{whole}.{rest:02d}%"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a row: what it is called, and its amount (micros, or a count; at least 0)."""

    name: str
    amount: Micros


def bars(drawn: Sequence[Bar], *, currency: str, ident: str, title: str) -> Markup:
    """A row of bars from zero up, the highest filling the picture; each says its name and amount.

    The table that belongs beside it is the page's part. Empty markup where every amount is zero.
    """
    highest = max((bar.amount for bar in drawn), default=0)
    if highest <= 0:
        return Markup("")
    step = WHOLE // len(drawn)
    shapes = [_bar(bar, place * step, step, highest, currency) for place, bar in enumerate(drawn)]
    top = next(bar for bar in drawn if bar.amount == highest)
    return Markup(
        '<svg class="bars" role="img" xmlns="http://www.w3.org/2000/svg" width="100%" height="96"'
        ' aria-labelledby="{ident}-title {ident}-desc">'
        '<title id="{ident}-title">{title}</title><desc id="{ident}-desc">{top}: {amount}</desc>{shapes}</svg>'
    ).format(ident=ident, title=title, top=top.name, amount=shown(highest, currency), shapes=Markup("").join(shapes))


def _bar(bar: Bar, start: int, step: int, highest: Micros, currency: str) -> Markup:
    height = max(WHOLE * bar.amount // highest, 200)
    return Markup(
        '<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}">'
        "<title>{name} {amount}</title></rect>"
    ).format(
        kind="bar" if bar.amount else "bar-none",
        x=_percent(start + step // 10),
        y=_percent(WHOLE - height),
        width=_percent(step - step // 5),
        height=_percent(height),
        fill=_FILL["creator"],
        name=bar.name,
        amount=shown(bar.amount, currency),
    )
