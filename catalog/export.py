"""A search as a CSV file: bounded, streamed page by page, harmless in a spreadsheet."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.access import Access
from catalog.asset_rows import AssetRow
from catalog.queries import Search, list_assets

MAX_ROWS = 10_000
PAGE = 500
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
COLUMNS = tuple(
    [
        "id",
        "displayName",
        "type",
        "namespace",
        "owners",
        "tags",
        "state",
        "lastWritten",
        "lastRead",
        "created",
        "description",
        "metadata",
    ]
)


class Line:
    """What csv.writer writes to: it keeps the last line for the stream."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(access: Access, search: Search, now: datetime) -> Iterator[str]:
    """The head and at most MAX_ROWS lines; a last line says when there were more."""
    line = Line()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    yield line.text
    cursor, written = "", 0
    while written < MAX_ROWS:
        found = list_assets(access, search, now, size=PAGE, cursor=cursor)
        for asset in found.assets:
            writer.writerow(map(cell, values(AssetRow.of(asset, now))))
            yield line.text
        written, cursor = written + len(found.assets), found.next_cursor
        if not cursor:
            return
    yield f"# The first {MAX_ROWS} assets; narrow the search for the others.\r\n"


def values(row: AssetRow) -> tuple[Any, ...]:
    """In the order of COLUMNS."""
    asset, state = row.asset, getattr(row.asset, "state", None)
    return (
        asset.public_id,
        asset.display_name,
        asset.type,
        asset.namespace and asset.namespace.name,
        "; ".join(asset.owners),
        "; ".join(asset.tags),
        row.freshness.state,
        state and state.last_written_at,
        state and state.last_read_at,
        asset.created_at,
        asset.description,
        json.dumps(asset.metadata, ensure_ascii=False) if asset.metadata else None,
    )


def cell(value: Any) -> str:
    """Text that a spreadsheet takes for text: what would begin a formula gets an apostrophe.

    Spreadsheets skip white space before it, and some read the full-width signs as well.
    """
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) or text[:1].isspace() else text
