"""Collects the words of the pages and compiles what was translated (make words).

Marked in the code are ``_("...")``, ``gettext``, ``ngettext`` and ``later``; in templates ``_``, ``ngettext`` and
``{% trans %}``. Nothing is thrown away silently: a translation whose words are gone is listed.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parent.parent / "src" / "fanshare"
FOLDER = WEB / "web" / "locale"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext.babel_extract")]
KEYWORDS = {"_": (1,), "gettext": (1,), "ngettext": (1, 2), "later": (1,), "say": (1,), "say_n": (1, 2)}
#: Sentences of errors: who translates one adds it to the file; the others stay English, and pages say so.
ERRORS: dict[str, tuple[int, ...]] = {"FanshareError": (2,), "BadInputError": (2,), "ConflictError": (2,)}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
#: A date in the file would make every run a change.
MADE = datetime(2026, 11, 25, tzinfo=UTC)


def collected(keywords: dict[str, tuple[int, ...]] = KEYWORDS) -> Catalog:
    """Every message of the pages, in the order of the files."""
    found = Catalog(project="fanshare", version="1", charset="utf-8", creation_date=MADE, revision_date=MADE)
    for root in (WEB / "web", WEB / "core", WEB / "flows"):
        names = extract_from_dir(root, METHODS, OPTIONS, keywords=keywords)
        for name, _line, message, comments, _context in sorted(names, key=lambda one: (one[0], one[1])):
            found.add(message, locations=[(str(Path(root.name) / name), 0)], auto_comments=comments)
    return found


def translated(language: str) -> Catalog:
    """What was translated, brought up to the words of today."""
    with (FOLDER / language / "LC_MESSAGES" / "fanshare.po").open("rb") as file:
        known = read_po(file, locale=language)
    wanted = collected()
    told = {_texts(message.id)[0] for message in known if message.id and any(_texts(message.string))}
    for message in collected(ERRORS):
        if message.id in told:
            wanted.add(message.id)
    known.update(wanted, no_fuzzy_matching=True)
    known.revision_date = known.creation_date = MADE
    return known


def main() -> int:
    """Write ``fanshare.po`` and ``fanshare.mo`` of every language; fail where something is not translated."""
    missing = 0
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        known = translated(folder.name)
        place = folder / "LC_MESSAGES"
        with (place / "fanshare.po").open("wb") as file:
            write_po(file, known, width=110, no_location=True, omit_header=False)
        with (place / "fanshare.mo").open("wb") as file:
            write_mo(file, known)
        open_ = [message.id for message in known if message.id and not all(_texts(message.string))]
        for one in open_:
            print(f"{folder.name}: not translated: {one}")  # noqa: T201
        missing += len(open_)
    return 1 if missing else 0


def _texts(string: object) -> tuple[str, ...]:
    return tuple(one or "" for one in string) if isinstance(string, (tuple, list)) else (str(string or ""),)


if __name__ == "__main__":
    sys.exit(main())
