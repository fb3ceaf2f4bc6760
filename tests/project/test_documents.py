"""Documents: links lead somewhere, decisions are listed, and nothing names a machine that only we can see."""

import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, committed

PAGES = [ROOT / name for name in committed() if name.endswith(".md")]
TEXTS = [ROOT / name for name in committed() if Path(name).suffix in {"", ".md", ".py", ".sh", ".sql", ".toml", ".txt"}]
DECISIONS = ROOT / "docs" / "decisions"

_LINK = re.compile(r"\]\(([^)\s]+)\)")
#: Folders of somebody's machine. Written in pieces, so that this file may be searched as well.
_PRIVATE = re.compile(r"(?<![\w./-])/(wo" + r"rk|ro" + r"ot|opt/p" + r"ypi)/|\.pyenv/sh" + "ims")


def dead_links(page: Path, text: str) -> list[str]:
    """Links to files that are not there; anchors and other sites are not looked at."""
    inside = [link for link in _LINK.findall(text) if not re.match(r"[a-z]+:|#", link)]
    return [link for link in inside if not (page.parent / link.split("#")[0]).exists()]


def private(text: str) -> list[str]:
    """Mentions of paths and indexes that belong to one machine."""
    return [match.group() for match in _PRIVATE.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert not dead_links(page, page.read_text("utf-8"))


def test_a_dead_link_is_found() -> None:
    assert dead_links(ROOT / "README.md", "[a](docs/nowhere.md) [b](LICENSE) [c](https://example.org)") == [
        "docs/nowhere.md"
    ]


def test_nothing_committed_names_a_private_place() -> None:
    offences = {path.relative_to(ROOT).as_posix(): private(path.read_text("utf-8", "replace")) for path in TEXTS}
    assert not {name: found for name, found in offences.items() if found}


@pytest.mark.parametrize("text", ["see /wo" + "rk/shared", "--find-links /opt/p" + "ypi/x", "HOME=/ro" + "ot/x"])
def test_a_private_place_is_found(text: str) -> None:
    assert private(text)


def test_every_decision_has_its_own_number_and_is_listed_in_order() -> None:
    names = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert _LINK.findall((DECISIONS / "README.md").read_text("utf-8")) == names
    assert len({name[:4] for name in names}) == len(names)
