"""An asset as somebody is typing it: every field as text, so that nothing typed is ever lost.

Metadata and columns are rows, or JSON where rows will not do: nested columns, or very many.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import QueryDict

from catalog.draft_rows import (
    MOST_ROWS,
    Row,
    column_of_row,
    fit,
    is_flat,
    posted_rows,
    row_of_column,
    typed,
)
from catalog.interchange.cells import read_value, value_text
from catalog.models import Asset
from catalog.reading.bodies import AssetBody, read_body
from catalog.reading.declared import AssetError
from catalog.reading.json_text import InvalidJson, parse_json
from catalog.reading.lifecycle import DEFAULT_STATUS, ttl_text
from catalog.reading.rules import describe_kind

TEXTS = {
    "id": "id",
    "type": "type",
    "namespace": "namespace",
    "displayName": "display_name",
    "description": "description",
    "owners": "owners",
    "tags": "tags",
    "status": "status",
    "ttl": "ttl",
}
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?", re.ASCII)

type Errors = defaultdict[str, list[str]]


@dataclass(slots=True)
class AssetDraft:
    """`…_json` is None while rows are typed, else what stands in the text field instead.

    `owners` and `tags` are one a line; `ttl` is a moment in UTC as the browser's field has it.
    """

    id: str = ""
    type: str = ""
    namespace: str = ""
    display_name: str = ""
    description: str = ""
    owners: str = ""
    tags: str = ""
    status: str = DEFAULT_STATUS
    ttl: str = ""
    metadata: list[Row] = field(default_factory=list)
    metadata_json: str | None = None
    columns: list[Row] = field(default_factory=list)
    columns_json: str | None = None

    @classmethod
    def blank(cls, params: QueryDict) -> Self:
        """A new asset, with what the address already says of it: `?id=…&metadata.system=…`."""
        draft = cls(**_texts(params))
        draft.status = draft.status or DEFAULT_STATUS
        metadata = {
            key: typed(str(value)) for key, value in params.items() if key.startswith("metadata.")
        }
        draft.metadata = [
            Row(key.removeprefix("metadata."), value) for key, value in metadata.items()
        ][:MOST_ROWS] + [Row()]
        draft.columns = [Row()]
        return draft

    @classmethod
    def of(cls, asset: Asset) -> Self:
        """As it is stored; `asset` comes with its namespace."""
        draft = cls(
            id=asset.public_id,
            type=asset.type,
            namespace=asset.namespace.name if asset.namespace else "",
            display_name=typed(asset.display_name or ""),
            description=typed(asset.description or ""),
            owners="\n".join(asset.owners),
            tags="\n".join(asset.tags),
            status=asset.status,
            ttl=_local(ttl_text(asset.expires_at)) if asset.expires_at else "",
        )
        draft.set_metadata(asset.metadata)
        draft.set_columns(asset.columns)
        return draft

    @classmethod
    def posted(cls, params: QueryDict) -> Self:
        draft = cls(**_texts(params))
        draft.metadata = posted_rows(params, "metadata", ("name", "value"))
        draft.columns = posted_rows(params, "columns", ("name", "value", "description", "tags"))
        if "metadata" in params:
            draft.metadata_json = typed(params.get("metadata", ""))
        if "columns" in params:
            draft.columns_json = typed(params.get("columns", ""))
        return draft

    # --- rows and JSON ---------------------------------------------------------------------

    def set_metadata(self, metadata: Mapping[str, Any]) -> None:
        self.metadata = [Row(key, value_text(value)) for key, value in metadata.items()]
        self.metadata_json = indented(metadata) if not fit(self.metadata) else None
        self.metadata += [Row()] if not self.metadata else []

    def set_columns(self, columns: list[Any]) -> None:
        flat = all(isinstance(one, Mapping) and is_flat(one) for one in columns)
        self.columns = [row_of_column(one) for one in columns] if flat else []
        self.columns_json = None if flat and fit(self.columns) else indented(columns)
        self.columns += [Row()] if not self.columns else []

    def then(self, step: str) -> None:
        """Do what a button of the form asks for, short of saving: `more metadata`, `less columns
        3`, `json metadata`, `rows columns`."""
        verb, _, rest = step.partition(" ")
        name, _, number = rest.partition(" ")
        if name not in ("metadata", "columns"):
            return
        rows: list[Row] = getattr(self, name)
        if verb == "more" and len(rows) < MOST_ROWS:
            rows.append(Row())
        elif verb == "less" and number.isdecimal() and int(number) < len(rows):
            del rows[int(number)]
        elif verb in ("json", "rows"):
            self._turn(name, to_json=verb == "json")

    def _turn(self, name: str, *, to_json: bool) -> None:
        """From rows to JSON or back, where what is typed can be read."""
        errors: Errors = defaultdict(list)
        value = getattr(self, f"_{name}")(errors)
        if errors:
            return
        if to_json:
            setattr(self, f"{name}_json", indented(value))
        elif name == "metadata":
            self.set_metadata(value)
        else:
            self.set_columns(value)

    # --- values ----------------------------------------------------------------------------

    def value(self, errors: Errors) -> dict[str, Any]:
        """The asset as the API would take it. What cannot be read is noted in `errors`."""
        return {
            "id": self.id.strip(),
            "type": self.type.strip(),
            "namespace": self.namespace.strip() or None,
            "displayName": self.display_name.strip() or None,
            "description": self.description if self.description.strip() else None,
            "owners": _lines(self.owners),
            "tags": _lines(self.tags),
            "status": self.status.strip() or DEFAULT_STATUS,
            "ttl": _instant(self.ttl.strip()),
            "metadata": self._metadata(errors),
            "columns": self._columns(errors),
        }

    def read(self, value: Mapping[str, Any]) -> tuple[AssetBody | None, Errors]:
        """The body of `value`, or the mistakes in it, by the form's fields and at its rows."""
        errors: Errors = defaultdict(list)
        body, problems = read_body(value)
        for problem in problems:
            self._note(problem, errors)
        return body, errors

    def _note(self, problem: AssetError, errors: Errors) -> None:
        """A mistake in a column belongs to its row."""
        name, _, place = problem.field.partition("[")
        message = f"{problem.message[:1].upper()}{problem.message[1:]}."
        filled = [row for row in self.columns if not row.is_blank]
        number = place.partition("]")[0]
        if name == "columns" and self.columns_json is None and number.isdecimal():
            if int(number) < len(filled):
                filled[int(number)].errors.append(message)
            errors["columns"].append("Some columns cannot be used.")
        elif place and name in ("columns", "metadata"):
            errors[name].append(f"{problem.field}: {message}")
        else:
            errors[name].append(message)
        errors[name] = list(dict.fromkeys(errors[name]))

    def _metadata(self, errors: Errors) -> dict[str, Any]:
        if self.metadata_json is not None:
            value = _json("metadata", self.metadata_json or "{}", errors)
            if isinstance(value, Mapping):
                return dict(value)
            if not errors["metadata"]:
                errors["metadata"].append(f"Must be a map, not {describe_kind(value)}.")
            return {}
        found: dict[str, Any] = {}
        for row in self.metadata:
            key = row.name.strip()
            if row.is_blank:
                continue
            if not key or key in found:
                row.errors.append("Stands twice." if key else "A key is missing.")
                errors["metadata"] = ["Some keys cannot be used."]
            found[key] = read_value(row.value)
        return found

    def _columns(self, errors: Errors) -> list[Any]:
        if self.columns_json is not None:
            value = _json("columns", self.columns_json or "[]", errors)
            if isinstance(value, list):
                return value
            if not errors["columns"]:
                errors["columns"].append(f"Must be a list, not {describe_kind(value)}.")
            return []
        return [column_of_row(row) for row in self.columns if not row.is_blank]


def differences(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of `wanted` is to be said, so that what is stored becomes it: both as `value` gives
    them. Metadata by key, None for one that goes."""
    changes = {
        key: value for key, value in wanted.items() if key != "metadata" and stored[key] != value
    }
    before, after = stored["metadata"], wanted["metadata"]
    keys = {
        key: value for key, value in after.items() if key not in before or before[key] != value
    }
    keys |= dict.fromkeys(before.keys() - after.keys())
    return changes | ({"metadata": keys} if keys else {})


def indented(value: Any) -> str:
    """JSON for people to edit."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _texts(params: QueryDict) -> dict[str, Any]:
    return {name: typed(params.get(key, "")) for key, name in TEXTS.items()}


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.splitlines()) if line]


def _local(ttl: str) -> str:
    """What a browser's field for date and time shows; it knows no zone, and means UTC here."""
    return ttl.removesuffix("Z").removesuffix(".000")


def _instant(text: str) -> str | None:
    if not _LOCAL.fullmatch(text):
        return text or None
    return f"{text}Z" if text.count(":") == 2 else f"{text}:00Z"


def _json(name: str, text: str, errors: Errors) -> Any:
    try:
        return parse_json(text)
    except InvalidJson as exc:
        errors[name].append(f"This {exc}.")
        return None
