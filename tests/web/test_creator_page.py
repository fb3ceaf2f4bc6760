"""A creator's page as she writes it: what is kept of a picture, what becomes of her words, who sees it, what goes."""

import contextlib
import io
import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import own_page, pictures
from fanshare.flows.people import Joiner, add_creator, erase
from fanshare.store.server import Server
from fanshare.web import uploads
from fanshare.web.markdown import prose
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import served

__all__ = ["schema_template"]

WRITING = "/creator/linen/page"
#: Words by which a browser would be made to do something.
ACTIVE = (
    "<script",
    "<img",
    "<svg",
    "<iframe",
    "<style",
    'onerror="',
    'href="javascript',
    'href="data',
    'href="vbscript',
)


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("page")) as made:
        yield made


@pytest.fixture(scope="module")
def cleo(company: Company) -> Device:
    return company.device("cleo")


def photo(form: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture with a place, a camera and a comment in it, lying on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretCamera", 6
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    drawn = Image.linear_gradient("L").resize(size).convert("RGB" if form != "GIF" else "P")
    drawn.save(out, form, exif=exif, comment=b"SecretComment") if form != "GIF" else drawn.save(out, form)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_upright_and_small_with_nothing_but_its_pixels(form: str) -> None:
    before = photo(form, (3000, 1500))
    assert (b"SecretCamera" in before) is (form != "GIF"), "what has to go was there"
    kept = pictures.redrawn(before)
    after = opened(kept.content)
    assert after.format == "WEBP"
    assert after.size == (kept.width, kept.height) == ((600, 1200) if form != "GIF" else (1200, 600))
    assert len(kept.content) <= pictures.MOST_KEPT
    assert not after.getexif()
    assert b"Secret" not in kept.content
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(after.info)


def test_noise_that_hardly_shrinks_still_becomes_small_enough() -> None:
    out = io.BytesIO()
    Image.effect_noise((1200, 1200), 200).convert("RGB").save(out, "PNG")
    assert len(pictures.redrawn(out.getvalue()).content) <= pictures.MOST_KEPT


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_missing"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_picture"),
        (b"<?xml version='1.0'?><svg/>", "not_a_picture"),
        (b"<html><script>alert(1)</script>", "not_a_picture"),
        (b"%PDF-1.7\n", "not_a_picture"),
        (b"GIF89a", "not_a_picture"),
        (photo()[:400], "not_a_picture"),
        (b"\xff" * (pictures.MOST_BYTES + 1), "picture_too_large"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as refused:
        pictures.redrawn(content)
    assert refused.value.code == code


@pytest.mark.parametrize("form", ["TIFF", "BMP", "ICO"])
def test_formats_that_nobody_needs_are_not_even_decoded(form: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, form)
    assert opened(out.getvalue()).format == form, "the library could"
    with pytest.raises(BadInputError, match="no picture that can be read"):
        pictures.redrawn(out.getvalue())


@pytest.mark.parametrize("side", [7_000, 20_000])
def test_a_small_file_with_a_huge_picture_is_refused_before_it_is_decoded(side: int) -> None:
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(BadInputError, match="too many pixels"):
        pictures.redrawn(out.getvalue())


@given(
    start=st.sampled_from([photo("JPEG", (40, 30)), photo("PNG", (40, 30)), photo("WEBP", (40, 30))]), data=st.data()
)
def test_a_spoiled_picture_is_drawn_or_refused_and_nothing_else(start: bytes, data: st.DataObject) -> None:
    spoiled = bytearray(start)
    for _ in range(data.draw(st.integers(1, 5))):
        spoiled[data.draw(st.integers(0, len(start) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadInputError):
        assert opened(pictures.redrawn(bytes(spoiled)).content).format == "WEBP"


def test_a_small_part_of_markdown_is_understood_and_the_rest_stays_text() -> None:
    html = prose("*a* **b**\n\n- c\n\n> d\n\n[e](https://e.example/?a=1&b=2)")
    for part in ("<em>a</em> <strong>b</strong>", "<li>c</li>", "<blockquote>"):
        assert part in html
    assert '<a href="https://e.example/?a=1&amp;b=2" rel="nofollow ugc noopener">e</a>' in html
    for nameless in ("[](https://e.example/?a&b)", "[ ](https://e.example/?a&b)"):
        assert ">https://e.example/?a&amp;b" in prose(nameless), "a link without words shows where it leads"
    assert prose("# not a heading") == "<p># not a heading</p>\n"
    assert "<a" not in prose("[x](javascript:alert(1)) [y](data:text/html,x) [z](//e.example) [w](/sign-out)")
    assert "<img" not in prose("![x](https://e.example/x.png)")
    assert "<img" in prose.__globals__["Markup"]("<img>"), "the word that is looked for would be found"


@given(
    st.lists(
        st.sampled_from(
            [*hostile.PAYLOADS, "[a](", "javascript:x)", "<", ">", "&", "`", "*", "\n\n", "> ", "- ", '"', "'"]
        )
    )
)
def test_no_mixture_of_hostile_words_becomes_active(parts: list[str]) -> None:
    html = prose("".join(parts)).lower()
    tags = set(re.findall(r"<\s*/?\s*([a-z!?][^\s>/]*)", html))
    assert tags <= {"p", "em", "strong", "ul", "ol", "li", "blockquote", "a", "br"}
    assert not [href for href in re.findall(r'href="([^"]*)"', html) if not href.startswith(("https://", "http://"))]


def test_words_and_sections_are_looked_at_first_then_kept_then_public(company: Company, cleo: Device) -> None:
    typed = {
        "words": "I mend *linen*.",
        "heading-1": "Sizes",
        "words-1": "- small",
        "heading-3": "Wash",
        "words-3": "cold",
    }
    look = cleo.fill(WRITING, **typed, do="look")
    assert look.status == 200
    assert "<p>I mend <em>linen</em>.</p>" in look.text
    assert "I mend" not in Device(company.app()).get("/c/linen/cleo").text, "only looked at"
    assert cleo.fill(WRITING, **typed, do="keep").status == 302
    public = Device(company.app()).get("/c/linen/cleo").text
    assert "<p>I mend <em>linen</em>.</p>" in public
    assert re.findall(r'<h2 id="told-\d">([^<]+)</h2>', public) == ["Sizes", "Wash"]
    assert "I mend *linen*." in cleo.get(WRITING).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"words": "w" * 5_001}, "at most 5000 characters"),
        ({"words": "w" * 11_000}, "holds more than"),
        ({"words-2": "words without a heading"}, "needs a heading"),
        ({"heading-1": "h" * 101, "words-1": "x"}, "headings of 100"),
        ({"words": "buy [this](https://share.example/r/abcdefgh)"}, "advertising label stands beside it"),
    ],
)
def test_words_that_cannot_stand_are_refused_and_not_lost(cleo: Device, typed: dict[str, str], said: str) -> None:
    answer = cleo.fill(WRITING, **typed, do="keep")
    assert answer.status == 422
    assert said in answer.text
    assert all(value in answer.text for value in typed.values())


def test_a_picture_hangs_on_the_public_page_and_the_one_before_is_gone(company: Company, cleo: Device) -> None:
    def hang() -> str:
        assert cleo.upload(f"{WRITING}/picture", photo(), alt="Cleo at her loom").status == 302
        found = re.search(
            r'<img src="(/picture/linen/[0-9a-f]{32})" alt="Cleo at her loom"', stranger.get("/c/linen/cleo").text
        )
        assert found is not None
        return found[1]

    stranger = Device(company.app())
    first, second = hang(), hang()
    assert stranger.get(first).status == 404
    answer = stranger.get(second)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert stranger.get(second.replace("linen", "wool")).status == 404, "it belongs to one programme"
    assert cleo.fill(WRITING, words="kept").status == 302
    assert second in stranger.get("/c/linen/cleo").text, "new words leave the picture"
    copy = json.loads(cleo.get("/account/linen/data").text)["page"]
    assert copy["words"] == "kept"
    assert copy["picture_shows"] == "Cleo at her loom"
    assert copy["picture"]
    form = re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]*)"', cleo.get(WRITING).text)
    assert cleo.post(f"{WRITING}/picture", {**dict(form), "do": "remove"}).status == 302
    assert stranger.get(second).status == 404


def test_a_picture_that_cannot_hang_says_why(cleo: Device) -> None:
    for content, alt, said in (
        (b"<svg/>", "x", "no picture that can be read"),
        (photo(), " ", "what the picture shows"),
        (b"", "x", "Choose a picture"),
    ):
        answer = cleo.upload(f"{WRITING}/picture", content, alt=alt)
        assert (answer.status, said in answer.text) == (422, True)


def test_a_form_that_is_too_large_is_refused_before_it_is_read(cleo: Device) -> None:
    answer = cleo.upload(f"{WRITING}/picture", b"x" * uploads.MOST, alt="x")
    assert answer.status == 400
    assert cleo.upload(f"{WRITING}/picture", b"x" * (uploads.MOST - 2_000), alt="x").status == 422, "this one was read"


def test_whoever_leaves_takes_her_page_and_her_picture_along(company: Company) -> None:
    programme, now = company.brand.programme, company.house.now
    gone = add_creator(programme, Joiner("Gone Soon", "gone@example.test"), now)
    own_page.save(programme, gone, own_page.Page("secret words", (("h", "w"),)), now)
    own_page.set_picture(programme, gone, photo(), "Gone", now)
    count = "SELECT (SELECT count(*) FROM creator_page WHERE party_id = %s), (SELECT count(*) FROM picture)"
    ((_, others),) = company.house.rows(count, gone)
    others -= 1
    assert company.house.rows(count, gone) == [(1, others + 1)]
    erase(programme, gone, now)
    assert company.house.rows(count, gone) == [(0, others)]
    with pytest.raises(FanshareError) as refused:
        own_page.save(programme, gone, own_page.Page("back"), now)
    assert refused.value.code == "erased"


def test_she_writes_in_a_real_browser_and_hostile_words_do_nothing(company: Company) -> None:
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('carla')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.page.goto(base + WRITING)
        seen.page.get_by_label("A picture").set_input_files(
            {"name": "me.svg.jpg", "mimeType": "image/svg+xml", "buffer": photo()}
        )
        seen.page.get_by_label("What it shows").fill("Carla with quinces")
        seen.page.get_by_role("button", name="Show this picture").click()
        seen.page.wait_for_url("**/page?kept=1")
        seen.page.get_by_label("Who you are").fill("\n\n".join(hostile.PAYLOADS))
        seen.page.get_by_label("Heading of section 1").fill(hostile.PAYLOADS[1])
        seen.page.get_by_label("Words of section 1").fill("x" * 400)
        for button in ("Look first", "Keep and show"):
            seen.press(seen.page.get_by_role("button", name=button))
            seen.fit("creator-page-" + button.split()[0].lower())
        seen.open("/c/linen/carla-quince")
        assert seen.page.get_by_alt_text("Carla with quinces").evaluate("one => one.naturalWidth") == 480
        seen.fit("creator-page-public")
        assert seen.page.evaluate("window.pwned") is None
        assert seen.complaints() == []
