"""A body as OpenLineage clients send it: JSON, read so that one odd number costs one event.

Clients write NaN where a metric has none, and more digits than a double holds. What cannot be kept
is refused with its event (`parse_event`), not with the whole batch; only a text that is no JSON at
all is refused as a whole.
"""

import json
from typing import Any

from catalog.reading.json_text import MAX_INTEGER_DIGITS, InvalidJson


def read_events(text: str) -> Any:
    """Plain values; InvalidJson says line and column. Numbers beyond a double are infinite, and
    `parse_event` refuses them where they stand."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidJson(f"is not valid JSON: {error}") from None
    except RecursionError:
        raise InvalidJson("is nested too deeply") from None
    except ValueError:  # an integer of thousands of digits
        return json.loads(text, parse_int=_integer)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else float(digits)
