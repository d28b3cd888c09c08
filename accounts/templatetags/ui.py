"""Small pieces that every template may use; a builtin, so no template loads it."""

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django import template
from django.forms import BoundField
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import words
from accounts.markdown import markdown_line, render_markdown
from accounts.models import User
from accounts.sprite import icon_svg, sprite
from accounts.toasts import undo_of

register = template.Library()
register.filter("markdown", render_markdown)
register.filter("markdown_line", markdown_line)
register.filter("undo_of", undo_of)

HUES = ("blue", "violet", "pink", "red", "orange", "gold", "green", "teal", "sky")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A symbol by Lucide's name, silent for screen readers. `size`: "sm". ValueError: unknown."""
    return mark_safe(icon_svg(name, f"icon {size}".strip()))  # noqa: S308 made of checked parts


@register.simple_tag(name="sprite")
def sprite_tag() -> SafeString:
    """Every symbol, once a page; `icon` and `dot` refer to them."""
    return mark_safe(sprite())  # noqa: S308 our own drawings


@register.simple_tag
def dot(state: str | None) -> SafeString:
    """The shape of a state in its colour; put the word beside it, or use `state`."""
    mark = mark_of(state)
    return format_html(
        '<svg class="dot" data-state="{0}" viewBox="0 0 12 12" aria-hidden="true">'
        '<use href="#s-{0}"/></svg>',
        mark,
    )


@register.simple_tag
def state(name: str | None, age: datetime | None = None) -> SafeString:
    """Shape, word and colour of an execution's or an asset's state, and how long ago."""
    tail = format_html(' <span class="age">{}</span>', _time(age, words.age(age))) if age else ""
    return format_html(
        '<span class="state" data-state="{}">{}{}{}</span>',
        mark_of(name),
        dot(name),
        (name or "unknown").capitalize(),
        tail,
    )


def mark_of(state: str | None) -> str:
    """The `data-state` of a state: what colours and shapes are chosen by."""
    return (state or "unknown").lower()


@register.simple_tag
def ago(when: datetime | None, none: str = "never") -> SafeString | str:
    """`24 min ago`, with the exact time on hover; app.js keeps it current."""
    return _time(when, words.ago(when), "ago") if when else none


@register.simple_tag
def age(when: datetime | None, none: str = "never") -> SafeString | str:
    """`24 min`, for columns whose head already says that it is past."""
    return _time(when, words.age(when), "age") if when else none


def _time(when: datetime, shown: str, kind: str = "age") -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}" data-relative="{}">{}</time>',
        when.isoformat(),
        words.exact(when),
        kind,
        shown,
    )


@register.simple_tag
def duration(length: float | timedelta | None) -> str:
    return words.duration(length)


@register.simple_tag
def number(count: int, about: bool = False) -> str:
    return words.number(count, about=about)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form field's own widget in the look of the house; Django ties its hint and errors to it.

    Without placeholder: the label says it already.
    """
    return field.as_widget(attrs={"class": "input", "placeholder": ""})


@register.simple_tag
def copy(text: Any, label: str = "Copy") -> SafeString:
    """A button that copies `text`; `label` says what: "Copy id"."""
    return format_html(
        '<button type="button" class="btn ghost icon-only sm copy" data-copy="{}"'
        ' aria-label="{}" title="{}">{}</button>',
        text,
        label,
        label,
        icon("copy", "sm"),
    )


@register.simple_tag
def avatar(principal: User | str, shape: str = "") -> SafeString:
    """Initials on a hue of their own. `shape`: "square" for tenants and teams."""
    label = principal.label if isinstance(principal, User) else principal
    return format_html(
        '<span class="avatar{}" data-hue="{}" aria-hidden="true">{}</span>',
        f" {shape}" if shape else "",
        HUES[crc32(label.encode()) % len(HUES)],
        initials(label),
    )


def initials(label: str) -> str:
    """`Mara Lindt` → ML, `acme-sandbox` → AS, `root@example.com` → RO."""
    name = label.split("@")[0]
    parts = [part for part in name.replace("-", " ").replace("_", " ").split() if part]
    if len(parts) > 1:
        return (parts[0][0] + parts[-1][0]).upper()
    return name[:2].upper()


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, name: str, symbol: str, route: str, key: str, also: str = ""
) -> SafeString:
    """A link of the sidebar; `key` follows G on the keyboard. Current by the noun of its route.

    `asset_list` and `asset_history` share the noun `asset`, so both light up Catalog. `also`:
    other nouns that belong there.
    """
    match = context["request"].resolver_match
    here = match and noun(match.url_name or "") in (noun(route.split(":")[1]), *also.split())
    return format_html(
        '<a href="{}" title="{}" data-go="{}"{}>{}<span>{}</span></a>',
        reverse(route, args=[context["access"].tenant.slug]),
        name,
        key,
        _CURRENT if here else "",
        icon(symbol),
        name,
    )


def noun(route: str) -> str:
    word = route.split("_")[0]
    return "admin" if word in ADMIN else word


#: What the pages of Admin are about.
ADMIN = frozenset({"exporter", "naming", "tenant"})


_CURRENT = SafeString(' aria-current="page"')
