"""How graph pages say things: addresses that differ in one choice, steps, capped counts."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.ui import icon
from catalog.moments import moment
from lineage.column_sights import ColumnSight
from lineage.entries import Entry, counted
from lineage.pictures import APART, MANUAL
from lineage.queries.horizon import Direction
from lineage.sights import Sight

register = template.Library()
register.filter("counted", counted)

#: What the API's answer knows of a page's parameters.
_OF_API = ("direction", "depth", "limit", "since", "asOf", "type")


@register.simple_tag
def sight_url(sight: Sight, **changes: Any) -> str:
    """`sight` with `changes`, as a query string."""
    if "direction" in changes:
        changes["direction"] = Direction(changes["direction"])
    return sight.url(**changes)


@register.simple_tag
def toggled(sight: Sight, name: str) -> str:
    """`sight` with one of its switches turned over: flows, groups, as_list."""
    return sight.url(**{name: not getattr(sight, name)})


@register.simple_tag
def started_at(sight: Sight, asset_id: str) -> str:
    """The same choices around another asset."""
    return sight.url(asset=asset_id, expand=(), selected="")


@register.filter
def kept_for(sight: Sight, changed: str) -> list[tuple[str, str]]:
    """Hidden inputs of a form that has fields of its own for `changed` (comma-joined)."""
    return sight.hidden_inputs(*changed.split(","))


@register.filter
def api_url(sight: Sight) -> str:
    """The query string that asks the API for the same graph."""
    kept = [(name, value) for name, value in sight.params() if name in _OF_API]
    named = dict(kept)
    for name, usual in (("depth", sight.horizon.depth or "all"), ("limit", sight.horizon.limit)):
        if name not in named:
            kept.append((name, str(usual)))
    return "?" + urlencode([("id", sight.asset), *kept])


@register.filter
def choices(text: str) -> list[list[str]]:
    """`a:A,b:B` → pairs."""
    return [pair.split(":") for pair in text.split(",")]


@register.filter
def json_text(value: Any) -> str:
    """For a data- attribute; the template escapes it."""
    return json.dumps(value, separators=(",", ":"))


@register.filter
def steps_away(entry: Entry) -> str:
    """`start`, `2 upstream`, `1 downstream`; "" of a flow."""
    if entry.level is None:
        return ""
    if entry.level == 0:
        return "start"
    return f"{abs(entry.level)} {'upstream' if entry.level < 0 else 'downstream'}"


@register.filter
def first(mapping: dict[str, Any], count: int) -> list[tuple[str, Any]]:
    """The first `count` items."""
    return list(mapping.items())[:count]


#: What an edge is known by.
_KINDS = {
    "declared": "declared",
    "emitted": "told by the run",
    "openlineage": "OpenLineage",
    "sql": "read from SQL",
    "dbt": "dbt",
    "manual": "by hand",
}


@register.filter
def edge_kind(kind: str) -> str:
    """How an edge became known, in words."""
    return _KINDS.get(kind, kind)


@register.filter
def legend(kinds: list[str]) -> list[tuple[str, str]]:
    """(words, look of the line) of the kinds in a picture: those with plain lines together."""
    plain = [edge_kind(kind) for kind in kinds if kind not in (*APART, MANUAL)]
    words = ", ".join(plain)
    found = [(words[:1].upper() + words[1:], "")] if plain else []
    apart = [kind for kind in kinds if kind in (*APART, MANUAL)]
    return found + [(edge_kind(k)[:1].upper() + edge_kind(k)[1:], k) for k in apart]


@register.filter
def column_api_url(sight: ColumnSight, asset_id: str) -> str:
    """The query string that asks the API for the same graph of columns."""
    named = dict(sight.params())
    usual = {"depth": sight.horizon.depth or "all", "limit": sight.horizon.limit}
    if "indirect" in named:
        named["indirect"] = "false"
    return "?" + urlencode({"id": asset_id} | usual | named)


@register.filter
def micros(at: int) -> datetime:
    """µs since 1970 as a moment."""
    return moment(at)


@register.filter
def in_list(value: Any) -> list[Any]:
    return [value]


@register.simple_tag
def edge_link(sight: Sight, source: Entry, target: Entry) -> SafeString:
    """A way to what is known of the edge between two assets, without the picture."""
    url = sight.url(edge=f"{source.uid}~{target.uid}")
    return format_html(
        '<a class="btn ghost icon-only sm" href="{0}" hx-get="{0}" aria-label="{1}" title="{1}">'
        "{2}</a>",
        url,
        f"How {source.name} goes into {target.name}",
        icon("route", "sm"),
    )
