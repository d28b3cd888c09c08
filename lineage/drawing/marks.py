"""The smallest parts of every picture: numbers, escaped text, icons and state marks.

All text that enters a picture comes through `escape`, all numbers through `number`: so a picture
is well-formed XML whatever a tenant calls its tables, and a NaN fails here, not in a browser.
"""

import re
from html import escape as escape_html

_NAMES = """
    fresh stale never unknown created queued running paused retrying success warning failed killed
    cancelled skipped info
"""
STATES = frozenset(_NAMES.split())
"""States that have a shape (`#s-…` in the sprite) and a colour (`data-state` in tokens.css)."""

# Not allowed in XML 1.0, or able to turn the reading direction of what stands around them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` fit to be shown: without direction overrides, control characters as U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub("\ufffd", _DIRECTION.sub("", text))


def escape(text: str) -> str:
    """`text` as XML character data or a double-quoted attribute."""
    return escape_html(clean(text))


def number(value: float) -> str:
    """At most one decimal, no trailing zero; ValueError for NaN, OverflowError for infinity."""
    rounded = round(value, 1)
    whole = int(rounded)
    return str(whole) if whole == rounded else str(rounded)


def percent(part: float) -> str:
    """A share between 0 and 1 as an SVG length with two decimals: `12.50%`."""
    return f"{part * 100:.2f}%"


def state_name(state: str) -> str:
    """`state` in lower case, or "unknown" when there is no shape for it."""
    lowered = state.lower()
    return lowered if lowered in STATES else "unknown"


def icon(name: str, x: float, y: float, size: int = 16) -> str:
    """An icon of the sprite that the page embeds, at a place in user units."""
    return (
        f'<use class="icon" href="#i-{escape(name)}" x="{number(x)}" y="{number(y)}"'
        f' width="{size}" height="{size}"/>'
    )


def state_mark(state: str, x: float, y: float) -> str:
    """The shape of a state, 12 units wide; nothing when there is no state to show."""
    if not state:
        return ""
    name = state_name(state)
    return (
        f'<use class="dot" data-state="{name}" href="#s-{name}" x="{number(x)}" y="{number(y)}"'
        ' width="12" height="12"/>'
    )
