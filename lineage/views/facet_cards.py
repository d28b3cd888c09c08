"""OpenLineage facets as a page shows them: rows where the facet is known, and its JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from lineage.highlighting import highlighted
from lineage.openlineage.readable import Row, masked, readable

#: Characters of a facet's JSON, and of one value, that stand in a page; the API has all of it.
SHOWN = 20_000
#: Facets that come first: what people look for.
FIRST = (
    "errorMessage",
    "sql",
    "documentation",
    "ownership",
    "nominalTime",
    "processing_engine",
    "externalQuery",
    "jobType",
    "sourceCodeLocation",
    "sourceCode",
    "tags",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a facet; `html` where it is code."""

    label: str
    kind: str
    value: Any
    html: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """`lines` are empty where the facet is not known: then its JSON is all there is."""

    name: str
    title: str
    position: str
    is_known: bool
    lines: list[Line]
    text: str
    html: SafeString
    is_cut: bool
    at: datetime | None = None


def card(name: str, facet: Any, position: str, at: datetime | None = None) -> Card:
    """`position`: run, job, dataset, input or output. Secrets are masked (`readable.masked`)."""
    shown = readable(name, facet, position)
    text = as_json(masked(facet))
    return Card(
        name=name,
        title=shown.title,
        position=position,
        is_known=shown.is_known,
        lines=[line(row, language_of(name, facet)) for row in shown.rows]
        if shown.is_known
        else [],
        text=text[:SHOWN],
        html=highlighted(text[:SHOWN], "json"),
        is_cut=len(text) > SHOWN,
        at=at,
    )


def cards(facets: Mapping[str, Any], position: str) -> list[Card]:
    """Known ones before unknown ones, and those that people look for first."""
    found = [card(name, facet, position) for name, facet in facets.items()]
    place = {name: n for n, name in enumerate(FIRST)}
    return sorted(
        found, key=lambda one: (not one.is_known, place.get(one.name, len(FIRST)), one.title)
    )


def line(row: Row, language: str) -> Line:
    if row.kind == "json":
        text = as_json(masked(row.value))[:SHOWN]
        return Line(row.label, "code", text, highlighted(text, "json"))
    value = row.value[:SHOWN] if isinstance(row.value, str) else row.value
    html = highlighted(str(value), language) if row.kind == "code" else ""
    return Line(row.label, row.kind, value, html)


def language_of(name: str, facet: Any) -> str:
    """What the code in a facet is written in, as far as it says."""
    if name == "sql":
        return "sql"
    told = facet if isinstance(facet, Mapping) else {}
    spoken = str(told.get("language") or told.get("programmingLanguage") or "").lower()
    if name == "errorMessage":
        return "pytb" if spoken == "python" else "text"
    return spoken or "text"


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
