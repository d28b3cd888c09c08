"""The catalog page's address and everything on the page that leads to another one.

The address is `?q=…&sort=…&cursor=…`. The form sends the terms that are shown as tokens beside
the box as `t`; `Listing.url` puts both back into one `q`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from catalog.queries import Search
from catalog.query_language import Query, Term, parse_query

#: Name → (label, descending when first chosen).
SORTS: Mapping[str, tuple[str, bool]] = {
    "best": ("Best match", False),
    "id": ("Id", False),
    "name": ("Name", False),
    "type": ("Type", False),
    "namespace": ("Namespace", False),
    "written": ("Last written", True),
    "updated": ("Last updated", True),
    "created": ("First seen", True),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What the address asks for. `sort` "" is the default: best match, or by id."""

    query: Query
    sort: str = ""
    descending: bool = False
    cursor: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> "Listing":
        """Never raises: an unknown sort is the default, a wrong term carries its error."""
        line = " ".join([*params.getlist("t"), params.get("q", "")])
        sort = params.get("sort", "")
        name = sort.removeprefix("-")
        if name not in SORTS or name == "best":
            return cls(parse_query(line), cursor=params.get("cursor", ""))
        return cls(parse_query(line), name, sort.startswith("-"), params.get("cursor", ""))

    @property
    def search(self) -> Search:
        return Search.of(self.query, self.sort, self.descending)

    @property
    def url(self) -> str:
        """The query string of this very page."""
        return self._url(cursor=self.cursor)

    @property
    def first_page(self) -> str:
        return self._url()

    @property
    def order(self) -> str:
        return f"{'-' if self.descending else ''}{self.sort}"

    @property
    def sort_choices(self) -> list[tuple[str, str, bool]]:
        """(value, label, whether chosen). The default's value is "", so that words typed later
        are ordered by how well they match unless somebody asked for another order."""
        default = "best" if self.query.words else "id"
        chosen = self.sort or default
        values = {name: f"{'-' if down else ''}{name}" for name, (_, down) in SORTS.items()}
        values[default] = ""
        if self.sort != default or self.descending:
            values[chosen] = self.order
        return [
            (values[name], label, name == chosen)
            for name, (label, _) in SORTS.items()
            if name != "best" or self.query.words
        ]

    @property
    def words(self) -> str:
        """What stays in the box."""
        return " ".join(map(str, self.query.words))

    @property
    def tokens(self) -> list[tuple[Term, str]]:
        """(term, the page without it), for what stands beside the box."""
        return [(t, self.with_query(self.query.without(t)).url) for t in self.query.tokens]

    @property
    def is_filtered(self) -> bool:
        return bool(self.query.terms)

    def next_page(self, cursor: str) -> str:
        return self._url(cursor=cursor)

    def with_query(self, query: Query) -> "Listing":
        return replace(self, query=query, cursor="")

    def sorted(self, name: str) -> "Listing":
        """By `name`; the other way round when it is the order already."""
        down = not self.descending if name == self.sort else SORTS[name][1]
        return replace(self, sort=name, descending=down, cursor="")

    def toggled(self, field: str, value: str, key: str = "") -> str:
        return self.with_query(self.query.toggled(field, value, key)).url

    def _url(self, cursor: str = "") -> str:
        params = {"q": str(self.query), "sort": self.order, "cursor": cursor}
        return "?" + urlencode({name: value for name, value in params.items() if value})
