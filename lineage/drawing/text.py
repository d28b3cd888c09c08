"""How wide a text will be, without a font at hand: an estimate that errs on the wide side.

The page is set in whatever sans-serif the reader's system has, so the widths are those of the
widest font of the stack in tokens.css; a name that fits here fits everywhere.
"""

import unicodedata
from functools import lru_cache

from lineage.drawing.marks import clean

ELLIPSIS = "\u2026"
_JOINER = "\u200d"

# Advance widths in em; every character that is not named takes `_OTHER`.
_WIDTHS = {
    **dict.fromkeys("il|'.,:;!jI ", 0.34),
    **dict.fromkeys('ftr()[]{}/\\-"*`^', 0.43),
    **dict.fromkeys("abcdeghknopqsuvxyz_?$", 0.63),
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.76),
    **dict.fromkeys("mwMW@%", 1.0),
    **dict.fromkeys("+=<>~#", 0.84),
    ELLIPSIS: 1.0,
}
_OTHER, _WIDE, _EMOJI = 0.86, 1.05, 1.45


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    known = _WIDTHS.get(char)
    if known is not None:
        return known
    if char == _JOINER or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if ord(char) >= 0x1F000 and unicodedata.category(char) != "Lo":
        return _EMOJI
    return _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER


def text_width(text: str, size: float) -> float:
    """The width of `text` in user units at a font size in user units, rather too wide."""
    return size * sum(map(_em, text))


def fit(text: str, room: float, size: float) -> str:
    """`text`, or both its ends around an ellipsis when it does not fit into `room` units.

    The middle goes first: names of one warehouse tend to begin alike and to differ at the end.
    """
    text = clean(text)
    if text_width(text, size) <= room:
        return text
    parts = _clusters(text)
    left = room - text_width(ELLIPSIS, size)
    head, tail = 0, len(parts)
    while head < tail:
        take_head = head <= len(parts) - tail
        part = parts[head] if take_head else parts[tail - 1]
        left -= text_width(part, size)
        if left < 0:
            break
        head, tail = (head + 1, tail) if take_head else (head, tail - 1)
    return f"{''.join(parts[:head]).rstrip()}{ELLIPSIS}{''.join(parts[tail:]).lstrip()}"


def _clusters(text: str) -> list[str]:
    """`text` cut where a reader sees characters: marks, joined emoji and flags stay whole."""
    if text.isascii():
        return list(text)
    parts: list[str] = []
    for char in text:
        if parts and _joins(parts[-1], char):
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _joins(before: str, char: str) -> bool:
    if char == _JOINER or before[-1] == _JOINER or unicodedata.category(char).startswith("M"):
        return True
    if 0x1F3FB <= ord(char) <= 0x1F3FF:  # skin tones
        return True
    return _is_flag_letter(char) and len(before) == 1 and _is_flag_letter(before)


def _is_flag_letter(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF
