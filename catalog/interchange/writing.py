"""Records to text, for whoever streams it: a head, a piece for each record, a foot."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import yaml

from catalog.interchange.cells import guarded, json_text, list_text, value_text
from catalog.interchange.csv_rows import LISTS, METADATA
from catalog.interchange.records import FIELDS, TEXTS

#: Excel takes a file without it for one of the machine's own code page.
BOM = "\ufeff"


class Writer(Protocol):
    """Text, piece by piece."""

    def head(self) -> str: ...
    def record(self, kind: str, value: Mapping[str, Any]) -> str: ...
    def foot(self) -> str: ...


class CsvWriter:
    """Records of one kind; `keys` of the metadata get columns of their own, `told` comes last and
    is not read back in."""

    def __init__(
        self, kind: str, *, keys: Sequence[str] = (), told: Sequence[str] = (), bom: bool = False
    ) -> None:
        self.kind = kind
        self.keys = keys
        self.told = told
        self.bom = bom

    def head(self) -> str:
        columns = [*FIELDS[self.kind], *(METADATA + key for key in self.keys), *self.told]
        return (BOM if self.bom else "") + _row(columns)

    def record(self, kind: str, value: Mapping[str, Any]) -> str:
        metadata = dict(value.get("metadata", {}))
        own = [
            guarded(value_text(metadata.pop(key))) if key in metadata else "" for key in self.keys
        ]
        shown = {**value, "metadata": metadata}
        cells = [cell(name, shown.get(name)) for name in FIELDS[kind]]
        told = [guarded(str(value[name])) if value.get(name) else "" for name in self.told]
        return _row([*cells, *own, *told])

    def foot(self) -> str:
        return ""


def cell(name: str, value: Any) -> str:
    """What is empty says nothing; an empty text says that it is empty."""
    if value is None or value == [] or value == {}:
        return ""
    if name in TEXTS:
        return guarded(value)
    return guarded(list_text(value) if name in LISTS else json_text(value))


def _row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


class LineWriter:
    """JSON lines."""

    def head(self) -> str:
        return ""

    def record(self, kind: str, value: Mapping[str, Any]) -> str:
        return json_text({"kind": kind, **said(value)}) + "\n"

    def foot(self) -> str:
        return ""


class YamlWriter:
    """One list."""

    def __init__(self) -> None:
        self.is_empty = True

    def head(self) -> str:
        return ""

    def record(self, kind: str, value: Mapping[str, Any]) -> str:
        self.is_empty = False
        item = [{"kind": kind, **said(value)}]
        return str(
            yaml.dump(item, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
        )

    def foot(self) -> str:
        return "[]\n" if self.is_empty else ""


def said(value: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty, which an import would take for nothing said."""
    return {key: item for key, item in value.items() if item is not None and item not in ([], {})}


class _Dumper(yaml.CSafeDumper):
    """Writes long texts as blocks, and quotes what `catalog.reading.yaml_text` would not take for
    text: it knows more numbers than YAML 1.1 does."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_implicit_resolver(
    "tag:headwater,2026:number", re.compile(r"-?[0-9].*"), list("-0123456789")
)


def _text(dumper: yaml.CSafeDumper, text: str) -> Any:
    style = "|" if "\n" in text.strip() and text == text.strip() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
