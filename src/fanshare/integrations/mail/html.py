"""The same mail for whoever reads HTML: made from the text alone, so that both say the same; nothing is loaded.

Lines that were broken at some 75 characters flow again, which is what a phone needs; short ones, lists and signed notes
keep theirs. An address on a line of its own becomes a link that is big enough for a thumb.
"""

import re
from html import escape

#: A line shorter than this ended on purpose.
_FULL = 40
_URL = re.compile(r"https?://[^\s<>\"']+")
_PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    "<title>{title}</title></head>"
    '<body style="margin:0 auto;max-width:36rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif">{body}</body></html>\n'
)


def html_of(text: str, title: str, language: str = "en") -> str:
    """A page of paragraphs. ``text`` is plain; what looks like markup in it is shown as it stands."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    body = "".join(f"<p>{_paragraph(part)}</p>" for part in paragraphs)
    return _PAGE.format(language=escape(language), title=escape(title), body=body)


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    pieces = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        flows = len(line) >= _FULL and " " in line and not _URL.fullmatch(following.strip()) and line != "--"
        pieces.append(_linked(line.strip()) + (" " if flows else "<br>"))
    return "".join(pieces).removesuffix("<br>").rstrip()


def _linked(line: str) -> str:
    """A line with its addresses as links; one that is nothing else stands out."""
    out, at = [], 0
    style = ' style="display:inline-block;padding:.6rem 0"' if _URL.fullmatch(line) else ""
    for found in _URL.finditer(line):
        url = escape(found[0])
        out += [escape(line[at : found.start()]), f'<a href="{url}"{style}>{url}</a>']
        at = found.end()
    return "".join([*out, escape(line[at:])])
