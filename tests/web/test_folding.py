"""What a template always says is text once it is compiled, and says the same as before."""

import pytest
from django.template import TemplateDoesNotExist, engines
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from fanshare.config.django import configure
from fanshare.web import language
from fanshare.web.folding import Spoken, written
from fanshare.web.templating import Templates, environment

GERMAN = {"Earnings": "Einnahmen", "paid on %(day)s": "bezahlt am %(day)s", "100 %% of %(sum)s": "100 %% von %(sum)s"}


def german(message: str) -> str:
    return GERMAN.get(message, message)


class Said(str):
    """Text of a kind of its own, as enumerations are."""


class Text(Said):
    """The same, which says of itself that it is markup."""

    def __html__(self) -> str:
        return str(self)


class Made:
    """Something that becomes text when it is written."""

    def __str__(self) -> str:
        return "<i>"


def marked(text: str, more: str = "") -> Markup:
    return Markup("<b>{}</b>").format(text + more)


def plainly() -> Environment:
    """Jinja as it is, asked the same."""
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    words: object = made
    words.install_gettext_callables(german, lambda one, many, n: one if n == 1 else many, newstyle=True)  # type: ignore[attr-defined]
    made.globals["marked"] = marked
    return made


def folded() -> Spoken:
    made = Spoken(german, {"marked": marked}, autoescape=True, extensions=["jinja2.ext.i18n"])
    words: object = made
    words.install_gettext_callables(german, lambda one, many, n: one if n == 1 else many, newstyle=True)  # type: ignore[attr-defined]
    return made


SOURCES = [
    "<h1>{{ _('Earnings') }}</h1>",
    "{{ _('paid on %(day)s', day=told) }}",
    "{{ _('100 %% of %(sum)s', sum=told) }}",
    "{% trans %}Earnings{% endtrans %} {% trans day=told %}paid on {{ day }}{% endtrans %}",
    "{% set word = _('Earnings') %}{{ word | upper }} {{ word ~ told }}",
    "{% trans n=many %}{{ n }} line{% pluralize %}{{ n }} lines{% endtrans %}",
    "{{ marked('a') }}{{ marked(told) }}{{ marked('a', more=told) }}{{ marked(told, '<') }}",
    "{% macro marked(text) %}own {{ text }}{% endmacro %}{{ marked(told) }}",
    "{% for marked in [told | upper] %}{{ marked }}{% endfor %}",
    "{% macro a(b) %}{{ b }}{{ caller() }}{% endmacro %}{% call a(_('Earnings')) %}{{ _('Earnings') }}{% endcall %}",
    "{{ _('Earnings' if many else 'paid') }}",
]


@given(source=st.sampled_from(SOURCES), told=st.text(max_size=12), many=st.integers(0, 3))
def test_a_folded_template_says_what_jinja_says(source: str, told: str, many: int) -> None:
    asked = {"told": told, "many": many}
    assert folded().from_string(source).render(asked) == plainly().from_string(source).render(asked)


VALUES = st.one_of(
    st.text(alphabet="ab&<>'\"é", max_size=8),
    st.text(alphabet="ab&<>'\"é", max_size=8).map(Markup),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.sampled_from([Said("<b>"), Text("<b>"), Made()]),
)


@given(value=VALUES)
def test_what_is_written_out_is_what_markup_would_escape(value: object) -> None:
    assert type(written(value)) in {str, Markup}
    assert str(written(value)) == str(escape(value))
    source = "{{ v }}{% macro m(v) %}{{ v }}{% endmacro %}{{ m(v) }}{% set s %}{{ v }}{% endset %}{{ s }}{{ v ~ v }}"
    assert folded().from_string(source).render(v=value) == plainly().from_string(source).render(v=value)


def test_an_unknown_name_is_an_error_where_it_is_written() -> None:
    strict = Spoken(german, {}, autoescape=True, undefined=StrictUndefined)
    with pytest.raises(UndefinedError):
        strict.from_string("{{ nobody }}").render()


def test_a_message_is_no_call_any_more_and_a_plain_call_of_what_is_written_there_neither() -> None:
    code = folded().compile("{{ _('Earnings') }} {{ marked('a') }} {{ marked(told) }}", raw=True)
    assert "Einnahmen <b>a</b> " in code
    assert "gettext" not in code
    assert "context.call" not in code
    assert "context.call" in plainly().compile("{{ marked('a') }}", raw=True), "the control"


def test_every_template_of_ours_can_be_compiled_in_every_language() -> None:
    configure()
    backend = engines["jinja2"] if "jinja2" in engines else engines.all()[0]
    assert isinstance(backend, Templates)
    for spoken in language.LANGUAGES:
        with language.speaking(spoken):
            for name in backend.env.list_templates():
                assert backend.get_template(name).template.environment.words("Earnings") == language.gettext("Earnings")


def test_a_page_is_taken_in_the_language_spoken_whichever_was_asked_before() -> None:
    configure()
    backend = engines.all()[0]
    for spoken in ("en", "de", "en", "de"):
        with language.speaking(spoken):
            template = backend.get_template("ui/money.html").template
            assert template.environment.words("Earnings") == language.gettext("Earnings")
    with pytest.raises(TemplateDoesNotExist):
        backend.get_template("none/such.html")


def test_a_name_of_its_own_in_a_template_is_never_taken_for_the_plain_one() -> None:
    own = "{% macro day(word) %}[{{ word }}]{% endmacro %}"
    sources = {"own": own, "a": own + "{{ day('x') }}", "b": "{% from 'own' import day %}{{ day('x') }}"}
    sources |= {
        "c": "{% from 'own' import day as icon %}{{ icon('x') }}",
        "d": "{% import 'own' as url %}{{ url.day('x') }}",
    }
    made = environment(loader=DictLoader(sources))
    assert [made.get_template(name).render() for name in "abcd"] == ["[x]"] * 4
