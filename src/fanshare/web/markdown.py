"""Words that people type, in a small part of CommonMark: emphasis, lists, quotes, links. No HTML, no pictures.

Nothing a writer types becomes markup but what the rules below make of it; whatever they don't know stays text. Links
tell search engines that the site does not vouch for them.
"""

from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
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
    """The opening of a link; ``env`` is markdown-it's own."""
    tokens[index].attrSet("rel", "nofollow ugc noopener")
    return renderer.renderToken(tokens, index, options, env)
