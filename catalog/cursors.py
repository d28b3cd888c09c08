"""Where a page of a list ended: opaque text that stays right while rows come and go.

A cursor holds the order it belongs to and the sort keys of the last row shown; the next page is
what stands after them. It is not signed: it grants nothing, every page is scoped anew.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

MAX_LENGTH = 4000


class BadCursor(ValueError):
    """The cursor was cut, made by hand, or belongs to another order."""


def encode_cursor(order: str, values: Sequence[Any]) -> str:
    """`values`: text, integers, and times."""
    plain = [{"t": v.isoformat()} if isinstance(v, datetime) else v for v in values]
    text = json.dumps([order, *plain], separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def order_in(cursor: str) -> str:
    """The order that the cursor says it belongs to; raises BadCursor."""
    return str(_parts(cursor)[0])


def decode_cursor(cursor: str, order: str) -> list[Any]:
    """The values again; raises BadCursor."""
    made_for, *values = _parts(cursor)
    if made_for != order:
        raise BadCursor("The cursor belongs to another search; start again without it.")
    return values


def _parts(cursor: str) -> list[Any]:
    try:
        if len(cursor) > MAX_LENGTH:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        order, *plain = json.loads(urlsafe_b64decode(padded.encode()))
        return [order, *map(_value, plain)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadCursor("The cursor cannot be read.") from None


def _value(item: Any) -> Any:
    if isinstance(item, dict):
        moment = datetime.fromisoformat(item["t"])
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if isinstance(item, bool) or not isinstance(item, str | int):
        raise ValueError
    if isinstance(item, int) and not -(2**63) <= item < 2**63:
        raise ValueError
    if isinstance(item, str) and "\0" in item:
        raise ValueError
    return item
