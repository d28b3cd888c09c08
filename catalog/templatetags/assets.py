"""How assets are shown wherever they appear: their type's mark and their freshness."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags import ui
from catalog.asset_types import AssetType, asset_type
from catalog.freshness import Judgement
from catalog.listing import Listing
from catalog.query_language import token

register = template.Library()
register.filter("asset_type", asset_type)

WORDS = {"never": "Never written", "unknown": "Unknown"}


@register.simple_tag
def type_mark(kind: AssetType | str, size: str = "") -> SafeString:
    """The tile of a type, its full name on hover. `size`: "lg"."""
    kind = asset_type(kind) if isinstance(kind, str) else kind
    return format_html(
        '<span class="type{}{}"{} title="{}" role="img" aria-label="{}">{}</span>',
        f" {size}" if size else "",
        "" if kind.hue else " none",
        format_html(' data-hue="{}"', kind.hue) if kind.hue else "",
        kind.name,
        kind.label,
        ui.icon(kind.icon),
    )


@register.simple_tag
def freshness_state(judged: Judgement) -> SafeString:
    """For tables: shape, word, age; the reason on hover."""
    return _mark(judged, "state")


@register.simple_tag
def freshness_badge(judged: Judgement) -> SafeString:
    """For heads: the same on a tint."""
    return _mark(judged, "badge")


def _mark(judged: Judgement, look: str) -> SafeString:
    aged = format_html(' <span class="age">{}</span>', ui.age(judged.since))
    return format_html(
        '<span class="{}" data-state="{}" title="{}">{}{}{}</span>',
        look,
        judged.state,
        judged.reason,
        ui.dot(judged.state),
        WORDS.get(judged.state, judged.state.capitalize()),
        aged if judged.since else "",
    )


@register.filter(name="token")
def token_filter(field: str, value: Any) -> str:
    """`{{ "owner"|token:owner }}`: a term of the query language, quoted where needed."""
    return token(field, str(value))


@register.filter
def last_segment(name: str) -> str:
    """`company.data.marts` → `marts`."""
    return name.rpartition(".")[2]


@register.filter
def shape(value: Any) -> str:
    """How a metadata value is shown: map, list, link, plain (a number, a boolean, null), text."""
    if isinstance(value, dict) and value:
        return "map"
    if isinstance(value, list) and value:
        return "list"
    if isinstance(value, str):
        return "link" if value.startswith(("https://", "http://")) else "text"
    return "plain"


@register.filter(name="json")
def as_json(value: Any) -> str:
    """Text as it is, everything else as JSON: `true`, `42`, `{"a": 1}`."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def split(text: str) -> list[str]:
    return text.split(",")


@register.simple_tag
def sort_head(listing: Listing, name: str, title: str, look: str = "") -> SafeString:
    """A column's head that sorts by it, or the other way round."""
    chosen = listing.sort == name
    direction = "descending" if listing.descending else "ascending"
    arrow = ui.icon("arrow-down" if listing.descending else "arrow-up") if chosen else ""
    return format_html(
        '<th scope="col" class="{}"{}><a href="{}">{} {}</a></th>',
        look,
        format_html(' aria-sort="{}"', direction) if chosen else "",
        listing.sorted(name).url,
        title,
        arrow,
    )
