"""What ids, namespaces, types and texts may look like: one rule each, for flows, bundles and API.

Every `validate_…` answers None when the value is fine, else one sentence that says what is wrong.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

ASSET_ID_LENGTH = 500
TYPE_LENGTH = 250
DISPLAY_NAME_LENGTH = 500
DESCRIPTION_LENGTH = 65_536

Validator = Callable[[str], str | None]

# Printable ASCII without white space, quotes and angle brackets; a backslash may stand, since
# file paths that OpenLineage clients report carry it.
_ASCII_ID = re.compile(r"[A-Za-z0-9][!#-&(-;=?-_a-~]*")
# Letters and marks by category, yet drawn with no width: two ids would look the same.
_INVISIBLE = frozenset(
    map(chr, [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0])
).union(*(map(chr, range(*bounds)) for bounds in ((0x180B, 0x1810), (0xFE00, 0xFE10))))
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MARKUP = frozenset("'\"`<>")


def validate_asset_id(value: str) -> str | None:
    """1-500 characters, an ASCII letter or digit first, then anything visible but markup.

    A superset of Kestra's `^[a-zA-Z0-9][a-zA-Z0-9._:-]*` (K1.2), so that URIs fit. Refused: white
    space, control, format (bidi, zero width) and invisible characters, quotes, angle brackets.
    """
    if not value:
        return "must not be empty"
    if len(value) > ASSET_ID_LENGTH:
        return f"is longer than {ASSET_ID_LENGTH} characters"
    if _ASCII_ID.fullmatch(value):
        return None
    if not (value[0].isascii() and value[0].isalnum()):
        return "must start with an ASCII letter or digit"
    for character in value:
        if character.isspace() or character in _MARKUP or _is_unsafe(character):
            return f"must not contain {describe_character(character)}"
    return None


def validate_type(value: str) -> str | None:
    """Any non-blank line of text (K1.2) that cannot be mistaken for markup."""
    if not value.strip():
        return "must not be blank"
    if len(value) > TYPE_LENGTH:
        return f"is longer than {TYPE_LENGTH} characters"
    for character in value:
        if character in _MARKUP or _is_unsafe(character):
            return f"must not contain {describe_character(character)}"
    return None


def validate_text(value: str) -> str | None:
    """What the database can store: no NUL, no half of a surrogate pair."""
    if "\x00" in value:
        return "must not contain the NUL character"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "must not contain half of a surrogate pair"
    return None


def unseen_character(value: str) -> str | None:
    """The first control, format (bidi, zero width) or invisible character, described."""
    if value.isascii() and value.isprintable():
        return None
    return next((describe_character(char) for char in value if _is_unsafe(char)), None)


def validate_number(value: float) -> str | None:
    """JSON knows neither infinity nor not-a-number."""
    return None if math.isfinite(value) else "is out of the range of a number"


def _pattern(pattern: str, length: int, hint: str) -> Validator:
    matches = re.compile(pattern).fullmatch

    def validate(value: str) -> str | None:
        if not value:
            return "must not be empty"
        if len(value) > length:
            return f"is longer than {length} characters"
        return None if matches(value) else hint

    return validate


validate_namespace = _pattern(
    r"[a-z0-9][a-z0-9._-]*",
    150,
    "must start with a lower-case letter or digit and hold only a-z, 0-9, '.', '_' and '-'",
)
validate_flow_id = _pattern(
    r"[a-zA-Z0-9][a-zA-Z0-9._-]*",
    100,
    "must start with a letter or digit and hold only letters, digits, '.', '_' and '-'",
)
validate_task_id = _pattern(
    r"[a-zA-Z0-9][a-zA-Z0-9_-]*",
    256,
    "must start with a letter or digit and hold only letters, digits, '_' and '-'",
)
validate_input_id = validate_flow_id


def describe_character(character: str) -> str:
    """A character as people can read it, also when it is one that cannot be seen."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")


def describe_kind(value: Any) -> str:
    """The word for a value's kind in messages."""
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "text", dict: "a map"}
    return "null" if value is None else kinds.get(type(value), "a list")


def _is_unsafe(character: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    return character in _INVISIBLE or unicodedata.category(character) in _UNSAFE_CATEGORIES
