"""The URLconf as a flat table: what tests over all routes walk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One route: its full name, the path from the root, the kwargs that it takes, its view."""

    name: str
    path: str
    kwargs: frozenset[str]
    view: Callable[..., Any]

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")

    @property
    def is_foreign(self) -> bool:
        """allauth's view under allauth's name; only its templates are ours."""
        return self.name.startswith("account_")

    @property
    def view_class(self) -> type | None:
        return getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)


def walk(
    patterns: list[Any], space: str = "", path: str = "", kwargs: frozenset[str] = frozenset()
) -> Iterator[Route]:
    for entry in patterns:
        here, taken = path + str(entry.pattern), kwargs | names_in(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry.url_patterns, inner, here, taken)
        elif isinstance(entry, URLPattern):
            yield Route(f"{space}{entry.name}", here, taken, entry.callback)


def names_in(pattern: Any) -> frozenset[str]:
    if isinstance(pattern, RoutePattern):
        return frozenset(pattern.converters)
    assert isinstance(pattern, RegexPattern)
    return frozenset(pattern.regex.groupindex)


ROUTES = {route.name: route for route in walk(get_resolver().url_patterns)}
