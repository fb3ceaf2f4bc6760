"""No page says anything that a translator was not asked about."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from markupsafe import Markup, escape

from fanshare.core.errors import BadInputError, ConflictError, Word
from fanshare.core.marks import say
from fanshare.core.terms import Rule, Terms
from fanshare.core.terms_changes import lowers
from fanshare.core.terms_sentences import rule_sentence, sentences
from fanshare.web import language
from fanshare.web.said import in_her_words, plain
from fanshare.web.templating import environment
from scripts import words
from tests.support import unspoken
from tests.support.tree import PACKAGE, modules
from tests.support.whole_terms import whole_terms

WEB = PACKAGE / "web"
TEMPLATES = WEB / "templates"
JINJA = environment()

#: Modules whose strings of several words are names that a script or a file knows them by.
NAMES_ALONE = {"creator/earnings.py", "public/verifying.py", "described/examples.py"}
#: How strings begin that are sent to machines, drawings, values of forms and files, and what is called so everywhere.
_FOR_MACHINES = ("attachment; ", "public, max-age", "private, no-store", "GET, HEAD", "<", "text/", "Accept-Language, ",
                 "Mac OS X", "nofollow ugc", "Stripe Connect", "not credited", "withdraw surely")  # fmt: skip


def said_in_code(source: str) -> list[str]:
    return [text for text in unspoken.in_code(source) if not text.startswith(_FOR_MACHINES)]


def in_template(source: str) -> list[str]:
    return unspoken.in_template(JINJA, source)


def test_every_word_of_a_template_can_be_translated() -> None:
    found = {
        path.relative_to(TEMPLATES).as_posix(): in_template(path.read_text()) for path in TEMPLATES.rglob("*.html")
    }
    assert len(found) > 80
    assert {name: words for name, words in found.items() if words} == {}


def test_every_sentence_in_the_code_of_pages_can_be_translated() -> None:
    found = {path.relative_to(WEB).as_posix(): said_in_code(path.read_text()) for path in modules(WEB)}
    untranslated = {name for name, words in found.items() if words}
    assert {name: found[name] for name in untranslated - NAMES_ALONE} == {}
    assert NAMES_ALONE - untranslated == set(), "no such strings in there any more: take it off the list"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Nothing yet</p>", ["Nothing yet"]),
        ("{% if a %}<p>{{ _('Yes') }}</p>{% else %}Not yet{% endif %}", ["Not yet"]),
        ('<nav aria-label="Pages of this site">', ["Pages of this site"]),
        (
            '<img src="x" alt="A picture"><input placeholder="Your name" title="Name">',
            ["A picture", "Your name", "Name"],
        ),
        ('<meta name="description" content="All about it">', ["All about it"]),
        ("{{ {'paid': 'was paid out'}[state] }}", ["was paid out"]),
        ("{% set words = 'look here' %}{{ _(words) }}", ["look here"]),
        ("{% trans %}Well said{% endtrans %}<b>Badly said</b>", ["Badly said"]),
        ("{{ shown(one, ngettext('a', 'b', n)) }}<i>left over</i>", ["left over"]),
    ],
)
def test_a_word_that_nobody_could_translate_is_found(source: str, found: list[str]) -> None:
    assert in_template(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "<h1>{{ _('The terms') }}</h1>{{ ngettext('%(num)s click', '%(num)s clicks', n) }}",
        "{% trans day=day %}Since {{ day }} it holds{% endtrans %}",
        "<a aria-label=\"{{ _('About this site') }}\" class='link card' href='/some where'>·</a>",
        "<p>fanshare</p><code>fanshare login-link ADDRESS</code><style>a { color: red }</style>",
        "{% block width %}app{% endblock %}{% block listens %} data-moves='it moved'{% endblock %}",
        "<a{% if when == 'in force' %} class='is now'{% endif %}>{# a remark #}",
        '<meta name="viewport" content="width=device width">',
    ],
)
def test_what_is_translated_or_not_said_is_no_find(source: str) -> None:
    assert in_template(source) == []


def test_a_sentence_in_the_code_is_found_and_a_translated_one_is_not() -> None:
    assert said_in_code("WORDS = {1: 'Nothing was changed.'}") == ["Nothing was changed."]
    assert said_in_code("def f(day):\n    return f'waiting until {day}'") == ["waiting until "]
    assert said_in_code("later('Nothing was changed.'); _('not so')\n'a remark here'") == []
    assert said_in_code("def f():\n    'What it does.'\n    raise E('It broke, alas.')") == []


_PLACE = re.compile(r"%\(([a-z_]+)\)s|%%")


def strange(translated: Mapping[str, str]) -> list[str]:
    """Sentences of errors whose figures a translation lacks, adds or spoils."""
    return [said for said, told in translated.items() if sorted(_PLACE.findall(said)) != sorted(_PLACE.findall(told))]


def test_every_error_with_a_figure_in_it_is_translated_with_that_figure() -> None:
    german = language.words_in("de")
    sentences = sorted({said for _place, said in words.of_errors() if said is not None and "%(" in said})
    assert len(sentences) > 80
    assert [said for said in sentences if german(said) == said] == []
    assert strange({said: german(said) for said in sentences}) == []


@pytest.mark.parametrize("told", ["Höchstens %(meist)s Zeichen.", "Höchstens.", "%(most)s %(most)s", "%(most)d"])
def test_a_translation_that_spoils_a_figure_is_found(told: str) -> None:
    assert strange({"At most %(most)s characters.": told})


def test_an_error_says_its_figures_in_the_language_of_the_page() -> None:
    fault = BadInputError("bad_words", "At most %(most)s characters; shorten it.", most=300)
    state = ConflictError("wrong_state", "This run is %(state)s; nothing was changed.", state=Word("planned"))
    typed = ConflictError("wrong_state", "This run is %(state)s; nothing was changed.", state="planned")
    assert (fault.message, str(fault)) == ("At most 300 characters; shorten it.",
                                           "bad_words: At most 300 characters; shorten it.")  # fmt: skip
    assert (state.status, state.message) == (409, "This run is planned; nothing was changed.")
    with language.speaking("de"):
        assert plain(fault) == "Höchstens 300 Zeichen; kürze es."
        assert plain(state) == "Dieser Lauf ist geplant; es wurde nichts geändert."
        assert "planned" in plain(typed), "what somebody may have typed is never looked up"
    assert plain(fault) == fault.message


def test_what_is_typed_into_a_sentence_stays_words() -> None:
    hostile = BadInputError("bad_date", "%(day)s is not a day like 2026-11-14.", day="<b>%(x)s</b>")
    unknown = BadInputError("x", "Nobody translated %(what)s, alas.", what="<i>")
    assert hostile.message == "<b>%(x)s</b> is not a day like 2026-11-14."
    with language.speaking("de"):
        assert escape(plain(hostile)) == "&lt;b&gt;%(x)s&lt;/b&gt; ist kein Tag wie 2026-11-14."
        assert plain(unknown) == Markup('<span lang="en">Nobody translated &lt;i&gt;, alas.</span>')
    assert BadInputError("x", "100 % of %(it)s").message == "100 % of %(it)s", "without values nothing is filled in"


def _english(said: list[str]) -> list[str]:
    """Those that say they are English, by a mark longer than any drawn name, or have a place that nobody filled."""
    with language.speaking("de"):
        return [told for one in said if '<span lang="en">' in (told := str(in_her_words(one))) or "%(" in told]


@given(whole_terms(), whole_terms())
def test_whatever_terms_say_is_said_in_german_as_is_what_gets_worse(old: Terms, new: Terms) -> None:
    assume("%(" not in f"{old}{new}")  # a name that looks like a place
    assert _english([*sentences(old), *lowers(old, new)]) == []


def test_terms_in_german_have_its_words_and_its_decimal_signs() -> None:
    rule = Rule("kits", per_buyer=2_500_000, currency="EUR", products=frozenset({"kit", "box"}), months=3)
    said = [rule_sentence(rule), rule_sentence(Rule("standard", bps=1250))]
    with language.speaking("de"):
        kits, standard = (in_her_words(one) for one in said)
        assert standard == "Regel standard: 12,5 % der Ware."
        assert kits == (
            "Regel kits: 2,50 EUR einmal für jede neue Käuferin, höchstens so viel, wie sie von ihrer ersten Bestellung"
            " behält, nur der Produkte box und kit, innerhalb von 3 Monaten ab der ersten Bestellung der Käuferin."
        )
    assert said[1] == in_her_words(said[1]) == "Rule standard: 12.5 % of the goods."


def test_a_sentence_that_lost_how_it_was_made_says_that_it_is_english() -> None:
    lost = f"{say('first order only')} <b>"
    assert _english([lost, say("Nobody translated %(it)s.", it="this")]) == [
        '<span lang="en">first order only &lt;b&gt;</span>',
        '<span lang="en">Nobody translated this.</span>',
    ]
    assert _english([say("Rule %(rule)s without its name")]) == [
        '<span lang="en">Rule %(rule)s without its name</span>'
    ]
    assert _english([say("Rule %(rule)s: %(rate)s%(conditions)s.", rule="x", rate="y", conditions="%(z)s")]) != []
    with language.speaking("de"):
        inner = in_her_words(say("Rule %(rule)s: %(rate)s%(conditions)s.", rule="<i>", rate=say("alas"), conditions=""))
        assert inner == Markup('Regel &lt;i&gt;: <span lang="en">alas</span>.')
