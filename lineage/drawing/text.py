"""How wide a text will be, without a font at hand: an estimate that errs on the wide side.

The page is set in whatever sans-serif the reader's system has, so the widths are those of the
widest font of the stack in tokens.css; a name that fits here fits everywhere.
"""

import unicodedata
from functools import lru_cache

from lineage.drawing.marks import clean

ELLIPSIS = "\u2026"
_JOINER = "\u200d"

# Advance widths in em, at the weight of names; what is not named here is as wide as `_OTHER`.
_WIDTHS = {
    ELLIPSIS: 1.0,
    **dict.fromkeys("ijl'", 0.28),
    **dict.fromkeys(" ,.I", 0.32),
    **dict.fromkeys("/:;\\|", 0.34),
    **dict.fromkeys("-f", 0.37),
    **dict.fromkeys("()[]t", 0.40),
    **dict.fromkeys("!r", 0.42),
    **dict.fromkeys('"*`J', 0.50),
    **dict.fromkeys("csz?L_", 0.56),
    **dict.fromkeys("kvxy", 0.60),
    **dict.fromkeys("abdeghnopqu0123456789${}EFT", 0.64),
    **dict.fromkeys("ABKPRSVXYZ", 0.70),
    **dict.fromkeys("CDGHNOQU&", 0.79),
    **dict.fromkeys("w#+<=>~^", 0.84),
    **dict.fromkeys("m%M", 0.98),
    **dict.fromkeys("W@", 1.02),
}
_OTHER, _WIDE, _EMOJI, _MONO = 0.92, 1.05, 1.45, 0.61


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


def text_width(text: str, size: float, *, mono: bool = False) -> float:
    """The width of `text` in user units at a font size in user units, rather too wide."""
    if mono and text.isascii():
        return size * _MONO * len(text)
    return size * sum(map(_em, text))


def fit(text: str, room: float, size: float, *, mono: bool = False) -> str:
    """`text`, or both its ends around an ellipsis when it does not fit into `room` units.

    The middle goes first: names of one warehouse tend to begin alike and to differ at the end.
    """
    text = clean(text)
    if text_width(text, size, mono=mono) <= room:
        return text
    parts = _clusters(text)
    left = room - text_width(ELLIPSIS, size)
    head, tail = 0, len(parts)
    while head < tail:
        from_head = head <= len(parts) - tail
        left -= text_width(parts[head] if from_head else parts[tail - 1], size, mono=mono)
        if left < 0:
            break
        head, tail = (head + 1, tail) if from_head else (head, tail - 1)
    start, end = "".join(parts[:head]), "".join(parts[tail:])
    return f"{start.rstrip(' .')}{ELLIPSIS}{end.lstrip(' .')}"


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
