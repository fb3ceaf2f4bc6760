"""The Jinja environment: everything is escaped, an unknown name is an error, money and dates have one way to look."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django.template import TemplateDoesNotExist
from django.template.backends.jinja2 import Jinja2, Template
from django.urls import reverse
from jinja2 import StrictUndefined, TemplateNotFound, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from fanshare.core.instants import Instant, local_date
from fanshare.core.money import Micros
from fanshare.web import assets, language, wording
from fanshare.web.charts import split_bar
from fanshare.web.folding import Spoken
from fanshare.web.markdown import prose
from fanshare.web.said import in_her_words, sentence
from fanshare.web.wording import Calendar


class Templates(Jinja2):  # type: ignore[misc]  # Django has no types
    """Django's backend with an environment for each language: a page is taken from that of its visitor."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {"loader": self.env.loader, "auto_reload": self.env.auto_reload}
        self._spoken = {one: environment(one, **options) for one in language.LANGUAGES}

    def get_template(self, template_name: str) -> Template:
        """A template in the language that is spoken now. Raises ``TemplateDoesNotExist``."""
        try:
            return Template(self._spoken[language.spoken()].get_template(template_name), self)
        except TemplateNotFound as missing:
            raise TemplateDoesNotExist(missing.name, backend=self) from missing


def environment(spoken: str = "en", **options: Any) -> Spoken:
    """The environment of a language; what Django's Jinja backend calls."""
    options |= {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Spoken(language.words_in(spoken), _PLAIN, **options)
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    words: Any = made
    words.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    made.globals["ngettext"] = ngettext
    made.globals.update(spoken=language.spoken, languages=language.LANGUAGES, percent=wording.percent)
    made.globals.update(split_bar=split_bar, carried_on=wording.carried_on)
    made.globals["replaced"] = wording.replaced
    made.globals["in_english"] = in_english
    made.filters.update(shown=shown, exact=exact, ticked=ticked, prose=prose, said=in_her_words, kept=sentence)
    made.filters["counted"] = wording.counted
    return made


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, num: int, **values: object) -> str:
    """One of two messages by a number, which is written as people read it: ``1,204 clicks``."""
    words, said = language.ngettext(one, many, num), wording.counted(num)
    made = Markup(words) if context.autoescape else words  # noqa: S704  # a message of ours, or of its translation
    return made % {"num": said, **{name: said if _same(value, num) else value for name, value in values.items()}}


def _same(value: object, num: int) -> bool:
    return type(value) is int and value == num


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


@lru_cache(maxsize=4096)
def badge(kind: str, icon_name: str, words: str) -> Markup:
    """Where something stands: ``kind`` chooses the colour, icon and words say it without colour."""
    return Markup('<span class="state state-{kind}">{icon}<span>{words}</span></span>').format(
        kind=kind, icon=icon(icon_name), words=words
    )


def shown(micros: Micros, currency: str) -> Markup:
    """An amount rounded down to the minor unit, the currency small."""
    return _money(wording.shown(micros, currency))


def exact(micros: Micros, currency: str) -> Markup:
    """The whole amount, the currency small."""
    return _money(wording.exact(micros, currency))


def day(calendar: Calendar, instant: Instant) -> Markup:
    """``<time>`` with the weekday and the date in the programme's time zone."""
    date = local_date(instant, calendar.zone)
    return _dated(date.isoformat(), calendar.name(date))


@lru_cache(maxsize=4096)
def _dated(iso: str, words: str) -> Markup:
    return Markup('<time datetime="{iso}">{day}</time>').format(iso=iso, day=words)


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


_PLAIN: dict[str, Callable[..., Any]] = {"url": url, "icon": icon, "day": day, "asset": assets.url, "badge": badge}
