"""Static files: an address that follows the content, cached for ever, nothing outside the folder."""

import re
import shutil
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fanshare.web import assets
from tests.web.support import sample
from tests.web.support.serving import app, ask

TREE = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "path", sorted(path for path in assets.ROOT.rglob("*") if path.is_file()), ids=lambda p: p.name
)
def test_every_file_is_served_for_ever_and_as_what_it_is(path: Path) -> None:
    answer = ask(app(), assets.url(path.relative_to(assets.ROOT).as_posix()))
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
    assert answer.headers["content-type"].startswith(kinds.get(path.suffix, "text/plain"))


def test_a_changed_file_changes_every_address(tmp_path: Path) -> None:
    shutil.copytree(assets.ROOT, tmp_path / "static")
    assert assets.tree_hash(tmp_path / "static") == assets.tree_hash(assets.ROOT)
    sheet = tmp_path / "static/css/base.css"
    sheet.write_text(sheet.read_text() + " ")
    assert assets.tree_hash(tmp_path / "static") != assets.tree_hash(assets.ROOT)


def test_a_file_that_does_not_exist_is_noticed_when_a_page_asks_for_it() -> None:
    with pytest.raises(FileNotFoundError, match=r"css/none\.css"):
        assets.url("css/none.css")


@pytest.mark.parametrize(
    "name", ["../pages_port.py", "%2e%2e/pages_port.py", "css", "css/", ".", "css/../../pages_port.py"]
)
def test_nothing_beside_the_static_files_is_served(name: str) -> None:
    assert ask(app(), assets.prefix() + name).status == 404


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    symbols = ElementTree.parse(assets.ROOT / "icons/lucide.svg").getroot()
    known = {symbol.get("id") for symbol in symbols}
    pages = "".join(ask(app(), path).text for path in sample.PAGES.values())
    named = set(re.findall(r"lucide\.svg#([a-z-]+)", pages))
    assert len(named) > 10
    assert named <= known


def test_styles_and_fonts_of_a_page_weigh_little() -> None:
    loaded = [
        *(assets.ROOT / "css").glob("*.css"),
        *(assets.ROOT / "icons").glob("*.svg"),
        *(assets.ROOT / "fonts").glob("*.woff2"),
    ]
    assert sum(path.stat().st_size for path in loaded) < 100_000


def test_licences_lie_beside_what_was_taken() -> None:
    for name, words in (
        ("fonts/Inter", "SIL Open Font License"),
        ("icons/lucide", "ISC License"),
    ):
        assert words in (assets.ROOT / f"{name}-LICENSE.txt").read_text()


def test_files_taken_unchanged_are_the_ones_the_list_names() -> None:
    listed = re.findall(
        r"\| `src/fanshare/web/static/(\S+)` \|.*\| `([0-9a-f]{64})` \|", (TREE / "THIRD_PARTY.md").read_text()
    )
    assert {name for name, _ in listed} == {"fonts/inter-latin-wght-normal.woff2", "icons/lucide.svg"}
    for name, digest in listed:
        assert sha256((assets.ROOT / name).read_bytes()).hexdigest() == digest, name
