"""The Jinja environment: everything is escaped, an unknown name is an error, money and dates have one way to look."""

from functools import cache, lru_cache
from typing import Any

from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.web import assets, language, wording
from fanshare.web.charts import split_bar
from fanshare.web.markdown import prose
from fanshare.web.wording import Calendar


def environment(**options: Any) -> Environment:
    """What Django's Jinja backend calls for its environment."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701 - autoescape is set two lines above
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    words: Any = made
    words.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    made.globals.update(spoken=language.spoken, languages=language.LANGUAGES, percent=wording.percent)
    made.globals.update(asset=assets.url, icon=icon, split_bar=split_bar, url=url, carried_on=wording.carried_on)
    made.globals["in_english"] = in_english
    made.filters.update(shown=shown, exact=exact, ticked=ticked, prose=prose)
    made.globals["day"] = day
    return made


# A page asks for some sixty addresses, most of them those of the page before.
@lru_cache(maxsize=4096)
def url(name: str, *arguments: str | int) -> str:
    """The path of a named page."""
    return str(reverse(name, args=arguments))


@cache
def icon(name: str) -> Markup:
    """An icon of the sprite, hidden from screen readers: the word always stands beside it."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"/></svg>').format(
        sprite=assets.url("icons/lucide.svg"), name=name
    )


def shown(micros: Micros, currency: str) -> Markup:
    """An amount rounded down to the minor unit, the currency small."""
    return _money(wording.shown(micros, currency))


def exact(micros: Micros, currency: str) -> Markup:
    """The whole amount, the currency small."""
    return _money(wording.exact(micros, currency))


def day(calendar: Calendar, instant: Instant) -> Markup:
    """``<time>`` with the weekday and the date in the programme's time zone."""
    return Markup('<time datetime="{iso}">{day}</time>').format(iso=calendar.iso(instant), day=calendar.day(instant))


def in_english() -> Markup:
    """The mark of words that are English on every page, as sentences of a statement are; empty on English pages."""
    return Markup("") if language.spoken() == "en" else Markup(' lang="en"')


def ticked(text: str) -> Markup:
    """A sentence in which what stands between backticks is a command: shown as one, without them."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one without a partner is only a character
        return escape(text)
    command = Markup("<code>{part}</code>")
    return Markup("").join(command.format(part=part) if n % 2 else escape(part) for n, part in enumerate(parts))


@lru_cache(maxsize=4096)
def _money(text: str) -> Markup:
    number, _space, unit = text.rpartition("\N{NO-BREAK SPACE}")
    return Markup('<span class="money">{number}\N{NO-BREAK SPACE}<span class="unit">{unit}</span></span>').format(
        number=number, unit=unit
    )
