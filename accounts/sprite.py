"""The symbols that every page embeds once and names: `#i-NAME` icons, `#s-STATE` shapes.

Icons come from the `lucide` package at run time. The shapes of states are Headwater's own, on a
grid of 12: a state is told by its shape first, then by a word, then by a colour.
It stands in the lowest app because pages of all apps use it; nothing in here needs Django.
"""

from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from xml.etree import ElementTree
from zipfile import ZipFile

_NAVIGATION = "house library waypoints circle-play workflow folder-tree radar shield book-open"
_TYPES = "table-2 layers file server cylinder chart-column rss sparkles circle-dashed box rocket"
_ACCESS = "eye arrow-down-to-line"
_REST = """
    search list-filter columns-3 bookmark tag users user key-round bot lock lock-open pencil
    ellipsis copy download upload trash-2 plus x check bell target route maximize zoom-in zoom-out
    git-merge link external-link calendar keyboard moon sun monitor menu log-out loader-circle
    pause play rewind
    chevron-up chevron-down chevron-left chevron-right chevrons-up-down
    arrow-up arrow-down arrow-left arrow-right
"""
ICONS = tuple(" ".join((_NAVIGATION, _TYPES, _ACCESS, _REST)).split())

_RING = '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>'
_QUEUED = f'{_RING}<circle cx="6" cy="6" r="1.4"/>'

SHAPES = {
    "fresh": '<circle cx="6" cy="6" r="4.25"/>',
    "stale": (
        '<path fill-rule="evenodd" d="M6 1.25a4.75 4.75 0 1 1 0 9.5 4.75 4.75 0 0 1 0-9.5z'
        'M6 2.65v6.7a3.35 3.35 0 0 0 0-6.7z"/>'
    ),
    "never": _RING,
    "unknown": _RING.replace("/>", ' stroke-dasharray="2 2.19"/>'),
    "created": _QUEUED,
    "queued": _QUEUED,
    "running": '<path d="M6 1.25A4.75 4.75 0 1 1 1.25 6h1.5A3.25 3.25 0 1 0 6 2.75z"/>',
    "paused": (
        '<rect x="2.5" y="1.75" width="2.5" height="8.5" rx=".5"/>'
        '<rect x="7" y="1.75" width="2.5" height="8.5" rx=".5"/>'
    ),
    "retrying": (
        '<path d="M6 1.25a4.75 4.75 0 1 0 4.75 4.75h-1.5A3.25 3.25 0 1 1 6 2.75V4.5'
        'L9.3 2.1 6 0z"/>'
    ),
    "success": (
        '<path fill-rule="evenodd" d="M6 .75a5.25 5.25 0 1 0 0 10.5A5.25 5.25 0 0 0 6 .75z'
        'm2.9 4L5.3 8.5 3.1 6.3l.95-.95L5.25 6.55 7.9 3.8z"/>'
    ),
    "warning": (
        '<path fill-rule="evenodd" d="M6 .9 11.5 10.9H.5zM5.35 4.3v3h1.3v-3zm0 3.8v1.3h1.3V8.1z"/>'
    ),
    "failed": (
        '<path fill-rule="evenodd" d="M6 .3 11.7 6 6 11.7.3 6z'
        "M4.7 3.75l-.95.95L5.05 6l-1.3 1.3.95.95L6 6.95l1.3 1.3.95-.95L6.95 6l1.3-1.3"
        '-.95-.95L6 5.05z"/>'
    ),
    "killed": '<rect x="1.75" y="1.75" width="8.5" height="8.5" rx="1"/>',
    "cancelled": (
        '<path fill-rule="evenodd" d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zM3.3 5.3v1.4h5.4V5.3z"/>'
    ),
    "skipped": '<path d="M1.5 2 6 6l-4.5 4zM6 2l4.5 4L6 10z"/>',
    "info": (
        '<path fill-rule="evenodd" d="M6 .75a5.25 5.25 0 1 0 0 10.5A5.25 5.25 0 0 0 6 .75z'
        'M5.35 5.2h1.3v3.6h-1.3zm0-2h1.3v1.3h-1.3z"/>'
    ),
}


@cache
def sprite() -> str:
    """A hidden `<svg>` with a symbol for every icon and every state, the same on every page."""
    icons = "".join(_symbol(f"i-{name}", 24, shapes) for name, shapes in _icons())
    states = "".join(_symbol(f"s-{name}", 12, shape) for name, shape in SHAPES.items())
    return f'<svg width="0" height="0" aria-hidden="true" focusable="false">{icons}{states}</svg>'


def icon_svg(name: str, cls: str = "icon") -> str:
    """An icon, hidden from assistive technology. ValueError for one that the sprite lacks."""
    if name not in ICONS:
        raise ValueError(f"no icon {name!r} in the sprite; accounts/sprite.py lists them")
    return (
        f'<svg class="{escape(cls)}" viewBox="0 0 24 24" aria-hidden="true">'
        f'<use href="#i-{name}"/></svg>'
    )


def _symbol(name: str, grid: int, shapes: str) -> str:
    return f'<symbol id="{name}" viewBox="0 0 {grid} {grid}">{shapes}</symbol>'


def _icons() -> Iterable[tuple[str, str]]:
    """Each icon's name and shapes, without the frame: stroke and colour are app.css's (`.icon`).

    The archive is opened once: through the package's own loader, once an icon, it takes 0.7 s.
    """
    with (files("lucide") / "lucide.zip").open("rb") as packed, ZipFile(packed) as archive:
        for name in ICONS:
            drawing = ElementTree.fromstring(archive.read(f"{name}.svg"))  # noqa: S314, our own
            yield name, "".join(map(_shape, drawing))


def _shape(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
    attributes = " ".join(f'{key}="{escape(value)}"' for key, value in element.items())
    return f"<{tag} {attributes}/>"
