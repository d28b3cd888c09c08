"""Reading members of a facet that may be anything: what does not fit is said, and left out.

Facets are others' words, sent by dozens of clients in as many versions. One of a wrong type must
cost neither the event nor the rest of the facet.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.reading.rules import describe_kind
from lineage.openlineage.events import is_deleted

#: Of one dataset or event: more of them nobody reads.
MAX_PROBLEMS = 50

type Problems = list[str]


class Facet:
    """A facet, or an object in one; `place` is where it stands in `above`."""

    __slots__ = ("above", "body", "place", "problems")

    def __init__(
        self,
        body: dict[str, Any],
        place: str,
        problems: Problems,
        above: "Facet | None" = None,
    ) -> None:
        self.body = body
        self.place = place
        self.problems = problems
        self.above = above

    def text(self, key: str, limit: int = 0) -> str:
        """ "" where there is none; cut at `limit` characters."""
        value = self.body.get(key)
        if isinstance(value, str):
            if not limit or len(value) <= limit:
                return value
            self.note(key, f"is longer than {limit} characters; cut")
            return value[:limit]
        if value is not None:
            self.note(key, f"must be text, not {describe_kind(value)}")
        return ""

    def number(self, key: str) -> int | float | None:
        value = self.body.get(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        self.note(key, f"must be a number, not {describe_kind(value)}")
        return None

    def boolean(self, key: str) -> bool | None:
        value = self.body.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.note(key, f"must be true or false, not {describe_kind(value)}")
        return None

    def inner(self, key: str) -> "Facet | None":
        """The object under `key`."""
        value = self.body.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note(key, f"must be an object, not {describe_kind(value)}")
            return None
        return Facet(value, key, self.problems, self)

    def items(self, key: str) -> "Iterator[Facet]":
        """The objects of the list under `key`."""
        value = self.body.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.note(key, f"must be a list, not {describe_kind(value)}")
            return
        for number, item in enumerate(value):
            if isinstance(item, dict):
                yield Facet(item, f"{key}[{number}]", self.problems, self)
            else:
                self.note(f"{key}[{number}]", f"must be an object, not {describe_kind(item)}")

    def entries(self, key: str) -> "Iterator[tuple[str, Facet]]":
        """The members of the object under `key` that are objects, by name."""
        inner = self.inner(key)
        for name in inner.body if inner else ():
            assert inner
            entry = inner.inner(name)
            if entry is not None:
                yield name, entry

    @property
    def path(self) -> str:
        return f"{self.above.path}.{self.place}" if self.above else self.place

    def note(self, key: str, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(f"{self.path}.{key} {message}"[:500])


def facet(facets: Mapping[str, Any], name: str, problems: Problems) -> Facet | None:
    """The facet of that name, if there is one that holds and is an object."""
    body = facets.get(name)
    if body is None or is_deleted(body):
        return None
    if isinstance(body, dict):
        return Facet(body, name, problems)
    if len(problems) < MAX_PROBLEMS:
        problems.append(f"{name} must be an object, not {describe_kind(body)}")
    return None


def gone(facets: Mapping[str, Any], name: str) -> bool:
    """Whether the facet was deleted, so that what it said before no longer holds."""
    return is_deleted(facets.get(name))
