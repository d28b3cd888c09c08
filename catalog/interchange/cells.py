"""One value in one cell, of a table or of a form: text out, and the same value in again.

- An empty cell says nothing. `\\N` is null: it takes back what is stored.
- An apostrophe in front says that the rest is text as it stands. Exports put it before what a
  spreadsheet would take for a formula, before white space, `'` and `\\`, and alone for an empty
  text; imports take it away again where an export would have put it.
- A metadata value is JSON where it can be read as JSON (`5`, `true`, `{"a": 1}`), else text; so a
  text that looks like JSON stands in quotes (`"5"`).
- A list is joined by `;`, or a JSON list where an item holds one.
"""

import json
from collections.abc import Sequence
from typing import Any

from catalog.reading.json_text import InvalidJson, parse_json

NULL = r"\N"
#: Spreadsheets skip white space before them, and some read the full-width signs as well.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_encode = json.JSONEncoder(ensure_ascii=False).encode


def guarded(text: str) -> str:
    """The cell of a text."""
    return f"'{text}" if _is_odd(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell."""
    return cell[1:] if cell.startswith("'") and _is_odd(cell[1:]) else cell


def _is_odd(text: str) -> bool:
    return (
        not text
        or text[0] in "'\\"
        or text[0].isspace()
        or text.lstrip().startswith(FORMULA_SIGNS)
    )


def json_text(value: Any) -> str:
    return _encode(value)


def value_text(value: Any) -> str:
    """A metadata value as people read and type it."""
    if isinstance(value, str) and not _reads_as_json(value):
        return value
    return json_text(value)


def read_value(text: str) -> Any:
    """The value that somebody means who types `text`."""
    try:
        return parse_json(text)
    except InvalidJson:
        return text


def _reads_as_json(text: str) -> bool:
    try:
        parse_json(text)
    except InvalidJson:
        return False
    return True


def list_text(items: Sequence[str]) -> str:
    plain = all(item == item.strip() and ";" not in item and item for item in items)
    if plain and not (items and items[0].startswith("[")):
        return "; ".join(items)
    return json_text(list(items))


def read_list(text: str) -> Any:
    """The items; of what looks like JSON, whatever it is: the reader of the field judges."""
    if text.lstrip().startswith("["):
        return read_value(text)
    return [item for item in map(str.strip, text.split(";")) if item]
