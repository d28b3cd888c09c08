"""CSV: a head that names the columns, and a row for each asset or each edge.

As spreadsheets write it: parted by commas, semicolons or tabs, with a byte order mark, any line
ends, a first line `sep=;`. What cells mean says `catalog.interchange.cells`.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from catalog.interchange.cells import NULL, read_list, read_value, unguarded
from catalog.interchange.records import (
    ASSET,
    EDGE,
    FIELDS,
    TEXTS,
    Record,
    Unreadable,
    failed,
)
from catalog.interchange.texts import LONGEST, Source, lines_of
from catalog.reading.declared import AssetError
from catalog.reading.json_text import InvalidJson, parse_json

METADATA = "metadata."
#: Told of an asset or an edge in other tables; not taken back in.
TOLD = ("state", "lastWritten", "lastRead", "created", "updated", "stated", "runs", "createdBy")
LISTS = ("owners", "tags")
#: JSON, or a list of names.
NAMES = ("relatedTo", "aliases")
ARROW = "->"

csv.field_size_limit(LONGEST)


def read_csv(source: Source) -> Iterator[Record]:
    """The rows. Raises Unreadable, of a head that will not do before the first row."""
    lines = lines_of(source)
    first, before = _first(lines)
    delimiter = max(",;\t", key=_outside_quotes(first).count)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    columns = _columns(_head(rows, before), before + 1)
    kind = EDGE if "upstream" in columns and "downstream" in columns else ASSET
    number, line = 0, before + rows.line_num + 1
    try:
        for cells in rows:
            if any(map(str.strip, cells)):
                number += 1
                yield _record(number, line, kind, columns, cells)
            line = before + rows.line_num + 1
    except csv.Error as exc:
        yield failed(number + 1, line, f"cannot be read, and what follows is lost: {exc}")


def _first(lines: Iterator[str]) -> tuple[str, int]:
    """(the first line of the head, lines before it)."""
    for before, line in enumerate(lines):
        text = line.strip()
        if text.strip(",;\t") and not text.lower().startswith("sep="):
            return line, before
    raise Unreadable("The file is empty: the first line names the columns.")


def _head(rows: Iterator[list[str]], before: int) -> list[str]:
    try:
        return next(rows)
    except csv.Error as exc:
        raise Unreadable(f"The head cannot be read: {exc}.", before + 1) from exc


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])


def _columns(head: Sequence[str], line: int) -> list[str]:
    """The columns as they are spelled here; "" for one that is not read."""
    known = {name.lower(): name for names in FIELDS.values() for name in (*names, "kind")}
    told = {name.lower() for name in TOLD}
    found: list[str] = []
    for cell in map(str.strip, head):
        name = known.get(cell.lower(), "")
        if cell.lower().startswith(METADATA):
            name = METADATA + cell[len(METADATA) :]
        if not name and cell and cell.lower() not in told:
            columns = ", ".join(known.values())
            message = f"Column “{cell}” is unknown. Known are {columns}, and metadata.<key>."
            raise Unreadable(message, line)
        if name and name in found:
            raise Unreadable(f"Column “{cell}” stands twice.", line)
        found.append(name)
    if "id" not in found and not {"upstream", "downstream"} <= set(found):
        raise Unreadable("Name the column id, or for edges upstream and downstream.", line)
    return found


def _record(
    number: int, line: int, kind: str, columns: Sequence[str], cells: Sequence[str]
) -> Record:
    if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
        return failed(number, line, f"has {len(cells)} cells, and the head {len(columns)}")
    value: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    errors: list[AssetError] = []
    for name, cell in zip(columns, cells, strict=False):
        if not name or name == "kind" or not cell.strip():
            continue
        if name.startswith(METADATA):
            metadata[name.removeprefix(METADATA)] = _metadata_value(cell)
            continue
        try:
            value[name] = None if cell.strip() == NULL else _value(kind, name, unguarded(cell))
        except InvalidJson as exc:
            errors.append(AssetError(name, str(exc)))
    if metadata:
        _join(value, metadata, errors)
    return Record(number, line, kind, value, tuple(errors))


def _metadata_value(cell: str) -> Any:
    return None if cell.strip() == NULL else read_value(unguarded(cell))


def _join(value: dict[str, Any], metadata: dict[str, Any], errors: list[AssetError]) -> None:
    """A column of its own beats the key in the column `metadata`."""
    whole = value.get("metadata", {})
    if isinstance(whole, Mapping):
        value["metadata"] = {**whole, **metadata}
    else:
        errors.append(AssetError("metadata", "must be a map where keys have columns, too"))


def _value(kind: str, name: str, text: str) -> Any:
    """Raises InvalidJson."""
    if name in TEXTS:
        return text
    if name in LISTS:
        return read_list(text)
    start = text.lstrip()[:1]
    if name == "columns" and kind == EDGE and start != "[":
        return _pairs(text)
    if name in NAMES and start not in "[{":
        return read_list(text)
    if name == "partOf" and start != "{":
        return text.strip()
    return parse_json(text)


def _pairs(text: str) -> list[dict[str, str]]:
    """`a -> b; c -> d`."""
    pairs = (pair.partition(ARROW) for pair in read_list(text))
    return [{"upstream": up.strip(), "downstream": down.strip()} for up, _, down in pairs]
