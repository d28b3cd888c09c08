"""Catalogs as files: CSV, JSON lines and YAML in and out, as plain values.

Nothing in here knows Django, the database or a request.
"""

from collections.abc import Callable, Iterator, Mapping

from catalog.interchange.csv_rows import read_csv
from catalog.interchange.json_lines import read_lines
from catalog.interchange.records import ASSET, EDGE, FORMATS, Record, Unreadable
from catalog.interchange.texts import Source
from catalog.interchange.yaml_items import read_yaml

READERS: Mapping[str, Callable[[Source], Iterator[Record]]] = {
    "csv": read_csv,
    "jsonl": read_lines,
    "yaml": read_yaml,
}

__all__ = ["ASSET", "EDGE", "FORMATS", "READERS", "Record", "Source", "Unreadable"]
