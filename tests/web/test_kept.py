"""Sentences that were kept as English words are found again, said in German, and nothing else is taken for one."""

import json
import string
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.marks import of_recipe, recipe, say, say_n, together
from fanshare.integrations import json_input
from fanshare.integrations.bank_rules import Finding, Rule, refuse
from fanshare.integrations.errors import ShopUnreachableError
from fanshare.web import kept, language
from fanshare.web.said import in_her_words, plain, sentence
from scripts import words
from tests.support.tree import PACKAGE, modules
from tests.web.conftest import foreign, raised_in

READ = json.loads((language.FOLDER / "kept.json").read_text(encoding="utf-8"))
SENTENCES = [one for one, many in READ["sentences"] if not many]
#: A name or a figure: none begins with a blank.
VALUES = st.text(string.ascii_letters + string.digits + " .,:;'<>&%()_-", min_size=1, max_size=12).filter(
    lambda text: not text.startswith(" ")
)


def german(text: str) -> str:
    with language.speaking("de"):
        return str(sentence(text))


def test_what_may_be_kept_is_written_down_as_the_code_says_it_today() -> None:
    assert (language.FOLDER / "kept.json").read_text(encoding="utf-8") == words.kept_file(), "run make words"
    assert len(READ["sentences"]) > 200
    assert len(READ["banks"]) > 50


@given(st.sampled_from(SENTENCES), st.data())
def test_every_kept_sentence_is_found_again_and_is_german(template: str, data: st.DataObject) -> None:
    values = {name: data.draw(VALUES) for name in kept._PLACE.findall(template)}
    text = template % values
    made = kept.again(text)
    assert made is not None
    assert made == text
    assert language.words_in("de")(made.template) != made.template


@given(st.text(max_size=200))
def test_what_is_none_of_them_stays_as_it_is(text: str) -> None:
    made = kept.again(text)
    assert made is None or made == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("net_amount is missing.", "net_amount fehlt."),
        ("lines should be a list of objects.", "lines sollte eine Liste von Objekten sein."),
        ("name should be a text of at most 500 characters.", "name sollte ein Text von höchstens 500 Zeichen sein."),
        ("The shop answered 503; it is asked again later", "Der Shop antwortete 503; er wird später wieder gefragt"),
        ("The shop asked us to wait.", "Der Shop bat uns zu warten."),
        ("The shop refused: <b>it</b> is missing.", "Der Shop lehnte ab: <b>it</b> is missing."),
        (
            "The shop made it otherwise: end none instead of 2026-12-01T00:00:00Z; it does not work now.",
            "Der Shop hat ihn anders gemacht: Ende none statt 2026-12-01T00:00:00Z; er gilt jetzt nicht.",
        ),
        ("Alas, <b>.", '<span lang="en">Alas, &lt;b&gt;.</span>'),
        ("", ""),
    ],
)
def test_what_a_column_says_is_german_on_a_german_page(text: str, told: str) -> None:
    assert german(text) == told
    assert sentence(text) == text


def test_what_a_shop_said_within_a_sentence_is_escaped_where_it_is_shown() -> None:
    with language.speaking("de"):
        assert escape(sentence("The shop refused: <i>.")) == Markup("Der Shop lehnte ab: &lt;i&gt;.")
        wanted = sentence("x<i> should be <b>no word</b>.")
        assert escape(wanted) == 'x&lt;i&gt; sollte <span lang="en">&lt;b&gt;no word&lt;/b&gt;</span> sein.'


def test_a_sentence_between_others_is_the_one_with_most_words_of_ours() -> None:
    made = kept.again("vat is negative; amounts here are written without a sign.")
    assert made is not None
    assert made.values == {"key": "vat"}
    several = kept.again("3 people had 12 % in Dub; these terms pay 10 %. Rates follow the terms, nothing is copied.")
    assert several is None, "plans keep how their sentences were made; no column has those"


def test_looking_for_a_sentence_takes_no_time_whatever_is_asked() -> None:
    kept.again("warm")
    hostile = ["The shop refused: " + "; " * 900, " should be " * 150, "%(key)s" * 200, "a; " * 600, "x" * 2_000]
    began = time.thread_time()
    for text in hostile:
        kept.again(text)
        german(text)
    assert time.thread_time() - began < 1
    assert kept.again("x is missing." + "x" * 3_000) is None


def test_an_error_of_a_shop_says_its_figures_in_german() -> None:
    with pytest.raises(BadInputError) as caught:
        json_input.read_object(b"[1]")
    with language.speaking("de"):
        assert plain(caught.value) == "Der Inhalt sollte ein JSON-Objekt sein."
        away = ShopUnreachableError("The shop answered %(answer)s; it is asked again later.", 30, answer=503)
        assert plain(away) == "Der Shop antwortete 503; er wird später wieder gefragt."
        again = FanshareError("rail_refused", away.said or "PayPal does not know this app.", 409)
        assert plain(again) == plain(away)
    assert (away.retry_after, away.message) == (30, "The shop answered 503; it is asked again later.")


def test_a_plan_keeps_how_its_sentences_were_made() -> None:
    inner = say("line %(number)s", number=3)
    made = say("%(name)s, %(at)s", name="a.csv", at=inner)
    rates = say_n("One person, %(at)s", "%(num)s people, %(at)s", 2, at=made)
    for one in (inner, made, rates, together(["a", inner], "; "), "words"):
        again = of_recipe(json.loads(json.dumps(recipe(one))))
        assert again == one
        with language.speaking("de"):
            assert in_her_words(again) == in_her_words(one)
    with language.speaking("de"):
        assert in_her_words(of_recipe(recipe(made))) == "a.csv, Zeile 3"


def _raised(ask: Callable[[], object]) -> FanshareError:
    with pytest.raises(FanshareError) as caught:
        ask()
    return caught.value


def test_a_sentence_of_the_rooms_below_that_has_no_german_would_fail_the_test_of_a_page() -> None:
    error = _raised(lambda: json_input.as_object(1, "buyer"))
    assert raised_in(error) == "integrations/json_input.py"
    assert foreign(error) == ""
    error.template = "Nobody translated this."
    assert foreign(error) == "integrations/json_input.py"
    broken = Finding(Rule("x", "source", "Look at it."), "payment 1")
    assert foreign(_raised(lambda: refuse([broken], "sepa"))) == "", "said within a sentence of the page"
    assert foreign(BadInputError("x", "Nobody raised this.")) == ""


def test_everything_below_the_pages_is_collected_but_what_only_the_command_line_says() -> None:
    said = {place.partition(":")[0] for place, _said in words.of_errors()}
    assert {name.split("/")[0] for name in said} >= {"integrations", "store", "jobs", "edge"}
    assert not [name for name in said if name.startswith(tuple(words.NEVER_SHOWN))]
    assert {"integrations/shopify/admin.py", "integrations/orders_file/parse.py", "jobs/take.py"} <= said


def test_no_page_and_no_job_reads_with_what_only_the_command_line_speaks_of() -> None:
    alone = [name.removesuffix(".py").replace("/", ".") for name in words.NEVER_SHOWN if "integrations" in name]
    readers = [path for room in ("web", "flows", "jobs", "api") for path in modules(PACKAGE / room)]
    found = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in readers
        for name in alone
        if f"fanshare.{name}" in path.read_text(encoding="utf-8")
    }
    assert found == {"jobs/mail.py: integrations.mail"}, "mails that do not go are the operator's, by the doctor"
