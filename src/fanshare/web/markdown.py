"""Words that people type, in a small part of CommonMark: emphasis, lists, quotes, links. No HTML, no pictures.

Nothing a writer types becomes markup but what the rules below make of it; whatever they don't know stays text. Links
tell search engines that the site does not vouch for them.
"""

from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

_RULES = ["emphasis", "list", "blockquote", "link", "newline", "escape", "entity"]


def prose(text: str) -> Markup:
    """HTML of words in markdown."""
    return Markup(_renderer().render(text))  # noqa: S704 - the renderer escapes everything that is typed


@cache
def _renderer() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 12}).enable(_RULES)
    made.validateLink = _leads_to_the_web  # type: ignore[method-assign]
    made.add_render_rule("link_open", _link)
    return made


def _leads_to_the_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def _link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    """The opening of a link; one without words shows where it leads. ``env`` is markdown-it's own."""
    tokens[index].attrSet("rel", "nofollow ugc noopener")
    opening = renderer.renderToken(tokens, index, options, env)
    words = "".join(one.content for one in tokens[index + 1 : _end(tokens, index)])
    return opening if words.strip() else opening + escapeHtml(str(tokens[index].attrGet("href")))


def _end(tokens: Sequence[Token], index: int) -> int:
    """Where the link that opens at ``index`` closes; links never lie in links."""
    return next(place for place, one in enumerate(tokens) if place > index and one.type == "link_close")
