"""What a brand says of itself: looked at, kept, read by everybody, sanitised, and never by two people at once."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.errors import BadInputError
from fanshare.flows import programme_words
from fanshare.store.queries import programme_words as rows
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
FORM = "/brand/linen/terms/words"
PUBLIC = "/terms/linen"
SAID = "We weave *linen* in Ghent.\n\n- no dye\n- [our looms](https://linen.example/looms)\n\nWir weben in Gent."


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("programme-words")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_written(company: Company) -> None:
    company.house.conn.execute("DELETE FROM programme_words")


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def typed(device: Device, text: str, do: str = "keep", **more: str) -> Answer:
    """The form as it stands, with other words."""
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', device.get(FORM).text)
    return device.fill(FORM, words=text, do=do, **{"seen": seen, **more})


def test_it_is_looked_at_before_it_is_kept_and_then_everybody_reads_it(company: Company) -> None:
    mona, stray = company.device("mona"), company.device()
    looked = typed(mona, SAID, "look")
    assert looked.status == 200
    assert "How it would look; nothing is kept yet We weave linen in Ghent." in words(looked)
    assert "<em>linen</em>" in looked.text
    assert "Ghent" not in stray.get(PUBLIC).text, "nothing is kept yet"
    assert typed(mona, SAID).status == 302
    page = stray.get(PUBLIC)
    assert re.search(r'<div class="prose" lang="" dir="auto"><p>We weave <em>linen</em> in Ghent', page.text)
    assert '<a href="https://linen.example/looms" rel="nofollow ugc noopener">our looms</a>' in page.text
    assert "Wir weben in Gent." in words(page)
    assert typed(mona, "  ").status == 302
    assert "Ghent" not in stray.get(PUBLIC).text, "empty words take them away"


def test_other_servers_and_programs_read_it_too(company: Company) -> None:
    def described() -> dict[str, object]:
        told = json.loads(company.device().get("/.well-known/fanshare.json").text)
        return next(one for one in told["programmes"] if one["slug"] == "linen")

    assert described()["about"] == ""
    typed(company.device("bea"), SAID)
    assert described()["about"] == SAID


def test_owner_manager_and_operator_write_it_and_nobody_else(company: Company) -> None:
    for name in ("bea", "mona", "otto"):
        assert typed(company.device(name), f"By {name}").status == 302, name
    for name in ("fina", "rea", "cleo", "finn", "dora"):
        device = company.device(name)
        assert device.get(FORM).status == 403, name
        device.get("/sign-out")
        form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "words": "x", "seen": "0", "do": "keep"}
        assert device.post(FORM, form).status == 403, name
    assert rows.find(company.brand.access).words == "By otto"


def test_every_change_is_audited_and_the_same_again_is_none(company: Company) -> None:
    count = "SELECT count(*) FROM audit WHERE what = 'words.write'"
    before = company.house.value(count)
    for text in ("One", "One", "Two"):
        assert typed(company.device("bea"), text).status == 302
        company.house.later(1)
    assert company.house.value(count) == before + 2
    actor = "SELECT actor FROM audit WHERE what = 'words.write' ORDER BY id DESC LIMIT 1"
    assert company.house.value(actor).startswith("brand:")
    assert "wrote what the brand says of itself" in words(company.device("bea").get("/brand/linen/team"))


def test_two_who_write_at_once_lose_nothing(company: Company) -> None:
    bea, mona = company.device("bea"), company.device("mona")
    assert typed(bea, "Bea's words").status == 302
    late = typed(mona, "Mona's words", seen="0")
    assert late.status == 422
    assert "A colleague has changed these words meanwhile" in words(late)
    assert "Bea's words" in words(late).partition("Write")[0]
    assert ">Mona&#39;s words</textarea>" in late.text
    assert rows.find(company.brand.access).words == "Bea's words"
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', late.text)
    assert typed(mona, "Both", seen=seen).status == 302, "having read them she may go on"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 5_001, "bad_words"),
        ("a\x00b", "bad_words"),
        ("Buy [here](https://shop.example/r/abcd1234)", "unlabelled_link"),
    ],
)
def test_what_is_too_long_or_earns_without_a_label_is_refused(company: Company, text: str, code: str) -> None:
    with pytest.raises(BadInputError) as refused:
        programme_words.save(company.brand.access, text, 0, company.house.now)
    assert refused.value.code == code
    assert rows.find(company.brand.access).words == ""
    if "\x00" not in text:
        answer = typed(company.device("bea"), text)
        assert answer.status == 422
        assert f">{text}</textarea>" in answer.text, "what was typed comes back"


@pytest.mark.parametrize(
    "text",
    [
        "<script>planted(1)</script>",
        "<img src=x onerror=planted(1)>",
        "[x](javascript:planted(1))",
        "![x](https://evil.example/x.png)",
        "<iframe src=https://evil.example></iframe>",
    ],
)
def test_no_word_of_it_becomes_markup_on_the_public_page(company: Company, text: str) -> None:
    typed(company.device("bea"), text)
    page = company.device().get(PUBLIC).text
    shown = page.partition('<div class="prose" lang="" dir="auto">')[2].partition("</div>")[0]
    assert shown, "it stands there, as words"
    assert not re.search(r"<(script|img|iframe)\b|href=\"javascript", shown)
