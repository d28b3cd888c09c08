"""JSON from outside, read so that nothing is changed in silence.

Python's reader accepts NaN, rounds `1e400` to infinity and keeps the last of two equal keys;
this one refuses the first two, and hands numbers on only when a double holds them exactly.
"""

import json
from decimal import Decimal
from typing import Any

#: As many as the largest double has, which the database gives back as an integer.
MAX_INTEGER_DIGITS = 309
#: Deeper than this, code that walks the values by recursion would break.
MAX_DEPTH = 100
_CONTAINERS = frozenset({dict, list})


class InvalidJson(ValueError):
    """The text is no JSON, or holds a number that would not survive."""


def parse_json(text: str) -> Any:
    """Plain values of a JSON text; raises InvalidJson."""
    try:
        value = _DECODER.decode(text)
    except InvalidJson:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidJson(f"is not valid JSON: {error}") from None
    if nested_deeper(value, MAX_DEPTH):
        raise InvalidJson(f"is nested deeper than {MAX_DEPTH} levels")
    return value


def nested_deeper(value: Any, levels: int) -> bool:
    """Whether maps and lists, as JSON is read, stand in each other more than `levels` deep."""
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            child
            for outer in level
            for child in (outer.values() if type(outer) is dict else outer)
            if type(child) in _CONTAINERS
        ]
    return bool(level)


def exact_float(text: str) -> float:
    """A double that reads back as the same decimal number; raises InvalidJson otherwise."""
    number = float(text)
    # Both checks matter: 1e400 becomes infinity, and 0.12345678901234567890 loses digits.
    if number in (float("inf"), float("-inf")):
        raise InvalidJson(f"number {text[:40]} is out of the range of a double")
    if len(text) > 15 and Decimal(text) != Decimal(repr(number)):
        raise InvalidJson(f"number {text[:40]} has more digits than a double keeps; quote it")
    return number


def exact_integer(text: str) -> int:
    """An integer of any sensible size; raises InvalidJson beyond."""
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise InvalidJson(f"number {text[:40]}… has more than {MAX_INTEGER_DIGITS} digits")
    return int(text)


def _refuse_constant(name: str) -> Any:
    raise InvalidJson(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(
    parse_float=exact_float, parse_int=exact_integer, parse_constant=_refuse_constant
)
