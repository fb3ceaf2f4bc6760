"""Size against rate: a dot for each creator, the further right the more clicks, with how sure her rate is as a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from markupsafe import Markup

from fanshare.core.intervals import Interval
from fanshare.web.language import gettext as _
from fanshare.web.wording import percent

_HEIGHT, _ABOVE, _BELOW = 240, 14, 24
_PPM_OF_BPS = 100


@dataclass(frozen=True, slots=True)
class Dot:
    """One creator: her number in the picture, name, clicks, and rate as seen and as it may be, in parts per million."""

    number: int
    name: str
    clicks: int
    rate: int
    sure: Interval


def rates(dots: Sequence[Dot], *, ident: str, title: str) -> Markup:
    """The picture; empty where there is no dot. The table that belongs beside it is the page's part."""
    if not dots:
        return Markup("")
    top = max(max(dot.sure.high for dot in dots), 1)
    most = max(isqrt(dot.clicks * 10_000) for dot in dots) or 1
    shapes = [_dot(dot, 1_000 + 8_300 * isqrt(dot.clicks * 10_000) // most, top) for dot in reversed(dots)]
    lines = [_line(rate, top) for rate in (0, top // 2, top)]
    desc = "; ".join(f"{dot.number} {dot.name}: {words(dot.sure)}" for dot in dots)
    return Markup(
        '<svg class="rates" role="img" xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}"'
        ' aria-labelledby="{ident}-title {ident}-desc"><title id="{ident}-title">{title}</title>'
        '<desc id="{ident}-desc">{desc}</desc>{lines}{shapes}</svg>'
    ).format(
        height=_HEIGHT, ident=ident, title=title, desc=desc,
        lines=Markup("").join(lines), shapes=Markup("").join(shapes),
    )  # fmt: skip


def words(sure: Interval) -> str:
    """A rate as people read it: ``1.2 to 4.5 %``."""
    low, high = sure.low // _PPM_OF_BPS, -(-sure.high // _PPM_OF_BPS)
    return _("%(low)s to %(high)s") % {"low": percent(low).removesuffix("\N{NO-BREAK SPACE}%"), "high": percent(high)}


def _dot(dot: Dot, x: int, top: int) -> Markup:
    return Markup(
        '<g class="rate"><title>{number} {name}: {sure}</title>'
        '<line x1="{x}" x2="{x}" y1="{low}" y2="{high}" stroke="#857F73" stroke-width="2"/>'
        '<circle cx="{x}" cy="{y}" r="10" fill="#B8400E"/>'
        '<text x="{x}" y="{y}" dy="4" text-anchor="middle" font-size="11" fill="#FBFAF7">{number}</text></g>'
    ).format(
        number=dot.number, name=dot.name, sure=words(dot.sure), x=_across(x),
        y=_down(dot.rate, top), low=_down(dot.sure.low, top), high=_down(dot.sure.high, top),
    )  # fmt: skip


def _line(rate: int, top: int) -> Markup:
    return Markup(
        '<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}" stroke="#857F73" stroke-width="1"/>'
        '<text class="axis" x="0" y="{y}" dy="-3" font-size="11" fill="#5C5952">{words}</text>'
    ).format(y=_down(rate, top), words=percent(rate // _PPM_OF_BPS))


def _down(rate: int, top: int) -> int:
    room = _HEIGHT - _ABOVE - _BELOW
    return _ABOVE + room - room * rate // top


def _across(units: int) -> str:
    return f"{units // 100}.{units % 100:02d}%"
