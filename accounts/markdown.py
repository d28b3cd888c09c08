"""Descriptions are markdown written by anybody: rendered, then sanitised, then shown."""

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

#: What a description may consist of. No images: they would load from another host.
TAGS = frozenset(
    {"p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"}
    | {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
#: A description's headings start below the page's own.
HEADING_SHIFT = 2


def render_markdown(text: str | None) -> SafeString:
    """Safe HTML; links open as strangers (`noopener nofollow`) and only to http(s) or mail."""
    html = nh3.clean(
        _parser().render(text or ""),
        tags=set(TAGS),
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    return mark_safe(html)  # noqa: S308 nh3 has just sanitised it


#: Characters of a description that a line of a list reads.
LINE = 600


def markdown_line(text: str | None) -> str:
    """The words alone, on one line, for lists: no marks, addresses or headings."""
    blocks = (block for block in _parser().parse((text or "")[:LINE]) if block.content)
    return " ".join(" ".join(map(_words, blocks)).split())


def _words(block: Token) -> str:
    if not block.children:
        return block.content
    return "".join(
        one.content if one.type in ("text", "code_inline") else " " * one.type.endswith("break")
        for one in block.children
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("shift_headings", _shift_headings)
    return parser


def _shift_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + HEADING_SHIFT)}"
