"""No page makes a phone load over 150 kB without pictures, or 48 kB of scripts; test_german weighs those of members."""

from dataclasses import replace
from hashlib import sha256

import pytest

from fanshare.web import assets
from tests.web.support import sample
from tests.web.support.serving import app, ask
from tests.web.support.weighing import MOST, asset, compressed_types, loaded, too_heavy


@pytest.mark.parametrize("path", sample.PAGES.values())
def test_no_public_page_is_heavy(path: str) -> None:
    page = ask(app(), path)
    assert loaded(page.text, asset)
    assert too_heavy(page, asset) == []


def test_a_heavy_page_is_found() -> None:
    page = ask(app(), "/")
    noise = b"".join(sha256(number.to_bytes(4, "big")).digest() for number in range(MOST // 32 + 1))
    assert too_heavy(replace(page, content=noise), asset) != []


def test_scripts_sheets_and_drawings_are_sent_compressed() -> None:
    kinds = {
        ask(app(), assets.url(name)).headers["content-type"].partition(";")[0]
        for name in ("js/live.js", "css/base.css", "icons/lucide.svg")
    }
    assert kinds <= compressed_types()
