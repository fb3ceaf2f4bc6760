"""Words in markdown: a link by which somebody earns is found however its address is written."""

import re
from html import unescape
from posixpath import normpath
from urllib.parse import unquote, urlsplit

import pytest

from fanshare.core.errors import BadInputError
from fanshare.flows import own_page, programme_words
from fanshare.flows.own_page import Page
from fanshare.web.markdown import prose

EARNING = "/r/abc"


def where(text: str) -> str:
    """The path that is asked for by whoever follows the link in these words."""
    (address,) = re.findall(r'href="([^"]*)"', prose(text))
    return normpath(unquote(urlsplit(unescape(address)).path).replace("//", "/"))


@pytest.mark.parametrize(
    "path",
    [
        "/r/abc",
        "/&#114;/abc",
        "/&#x72;/abc",
        "&sol;r&sol;abc",
        "/%72/abc",
        "/r/%61%62c",
        r"\/r\/abc",
        r"\/&#37;72\/abc",
        "/r/./abc",
        "/r/x/../abc",
        "/x/y/../../r/abc",
        "/r/%2e/abc",
        "/r/&period;/a&#98;c",
    ],
)
def test_a_link_that_earns_is_found_however_it_is_written(path: str) -> None:
    text = f"Buy [here](https://share.example{path})."
    assert where(text) == EARNING, "it leads there"
    assert own_page.earns(text)
    for refused in (lambda: programme_words.checked(text), lambda: own_page.checked(Page(text))):
        with pytest.raises(BadInputError) as caught:
            refused()
        assert caught.value.code == "unlabelled_link"


@pytest.mark.parametrize(
    "text",
    [
        "10 &amp; 20 %, and/or more",
        "100 %r/abcd",
        r"C:\r\abcd",
        "[words](https://shop.example/mirror/abcd)",
        "[words](https://shop.example/r/)",
        "[words](https://shop.example/r/x/../../about)",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert not own_page.earns(text)
    assert programme_words.checked(text) == text
