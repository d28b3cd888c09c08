"""What can stand after FROM, as far as its columns are known."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from lineage.sql.names import Name, Names
from lineage.sql.sources import IDENTITY, TRANSFORMATION, Source, Sources, add, through

#: A select list of more columns is not told apart by column any more.
MOST_COLUMNS = 5_000


class Column(NamedTuple):
    """A column that has a name ("" in an unnamed expression), and what it is made of."""

    name: Name
    sources: Sources


class Relation:
    """Rows with columns. This one has columns that nobody knows, made of `sources`."""

    def __init__(self, sources: Sources | None = None) -> None:
        self.sources = through(sources or {}, TRANSFORMATION)

    @property
    def is_open(self) -> bool:
        """Whether nobody knows all columns that a star would stand for."""
        return True

    @property
    def has_more(self) -> bool:
        """Whether a column may be in there that is not among the known ones."""
        return self.is_open

    def find(self, name: Name) -> Sources | None:
        """What a column of that name is made of; None when there is none."""
        return self.sources

    def sure(self, name: Name) -> Sources | None:
        """The same, but only when the column is known to be there."""
        return None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that are known by name, in their order."""
        return ()

    @property
    def behind(self) -> dict[str, None]:
        """The tables whose rows these are made of."""
        return {source.table: None for source in self.sources.values()}

    @property
    def unknown(self) -> dict[str, None]:
        """The tables whose columns would have to be known to know all of these."""
        return {}


class Closed(Relation):
    """All columns are known."""

    @property
    def is_open(self) -> bool:
        return False

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = tuple(columns)
        self._by_key: dict[str, Sources] = {}
        for column in self._columns:
            self._by_key.setdefault(column.name.key, column.sources)

    def find(self, name: Name) -> Sources | None:
        return self._by_key.get(name.key)

    sure = find

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    @property
    def behind(self) -> dict[str, None]:
        found = (source for column in self._columns for source in column.sources.values())
        return {source.table: None for source in found}


class Stored(Relation):
    """A table, or files: whatever column somebody names may be in there."""

    def __init__(self, tables: Sequence[str], names: Names) -> None:
        self.tables = tables
        self._names = names

    def find(self, name: Name) -> Sources | None:
        found: Sources = {}
        for table in self.tables:
            source = Source(table, self._names.shown_column(table, name), IDENTITY)
            found[source.key] = source
        return found

    @property
    def behind(self) -> dict[str, None]:
        return dict.fromkeys(self.tables)

    @property
    def unknown(self) -> dict[str, None]:
        return dict.fromkeys(self.tables)


class Believed(Stored):
    """Tables whose columns the catalog tells (of each, in their order): a star is those, but
    another column that somebody names may be in there, too."""

    def __init__(self, columns: Mapping[str, Sequence[Name]], names: Names) -> None:
        super().__init__(list(columns), names)
        made: dict[str, Column] = {}
        for table, known in columns.items():
            for name in known:
                source = Source(table, names.spelled(table, name), IDENTITY)
                made.setdefault(name.key, Column(name, {})).sources[source.key] = source
        self._known = Closed(made.values())

    @property
    def is_open(self) -> bool:
        return False

    @property
    def has_more(self) -> bool:
        return True

    def find(self, name: Name) -> Sources | None:
        known = self._known.find(name)
        return super().find(name) if known is None else known

    def sure(self, name: Name) -> Sources | None:
        return self._known.find(name)

    @property
    def columns(self) -> Sequence[Column]:
        return self._known.columns

    @property
    def unknown(self) -> dict[str, None]:
        return {}


class Starred(Relation):
    """Some columns are known, the others are those of `rest`, without the `hidden` ones."""

    def __init__(
        self, columns: Iterable[Column], rest: Sequence[Relation], hidden: Set[str] = frozenset()
    ) -> None:
        self._known = Closed(columns)
        self._rest = rest
        self._hidden = hidden

    @property
    def is_open(self) -> bool:
        return any(relation.is_open for relation in self._rest)

    @property
    def has_more(self) -> bool:
        return bool(self._rest)

    def find(self, name: Name) -> Sources | None:
        known = self._known.find(name)
        if known is not None or name.key in self._hidden:
            return known
        return found_among(self._rest, name)

    def sure(self, name: Name) -> Sources | None:
        return self._known.find(name)

    @property
    def columns(self) -> Sequence[Column]:
        return self._known.columns

    @property
    def behind(self) -> dict[str, None]:
        return {t: None for relation in (self._known, *self._rest) for t in relation.behind}

    @property
    def unknown(self) -> dict[str, None]:
        return {table: None for relation in self._rest for table in relation.unknown}


class United(Relation):
    """Rows of several relations, with the columns of the same name together."""

    def __init__(self, relations: Sequence[Relation]) -> None:
        self._relations = relations

    @property
    def is_open(self) -> bool:
        return any(relation.is_open for relation in self._relations)

    @property
    def has_more(self) -> bool:
        return any(relation.has_more for relation in self._relations)

    def find(self, name: Name) -> Sources | None:
        return _together(relation.find(name) for relation in self._relations)

    def sure(self, name: Name) -> Sources | None:
        if all(relation.sure(name) is None for relation in self._relations):
            return None
        return self.find(name)

    @property
    def columns(self) -> Sequence[Column]:
        made: dict[str, Column] = {}
        for relation in self._relations:
            believed = self.is_open and relation.has_more and not relation.is_open
            if believed and relation is not self._relations[0]:
                continue  # what the first ones are called, nobody knows
            for name, _ in relation.columns:
                found = self._surely(name) if believed else self.find(name)
                made.setdefault(name.key, Column(name, found or {}))
        return list(made.values())

    def _surely(self, name: Name) -> Sources | None:
        return _together(relation.sure(name) for relation in self._relations)

    @property
    def behind(self) -> dict[str, None]:
        return {table: None for relation in self._relations for table in relation.behind}

    @property
    def unknown(self) -> dict[str, None]:
        return {table: None for relation in self._relations for table in relation.unknown}


def _together(many: Iterable[Sources | None]) -> Sources | None:
    found: Sources | None = None
    for sources in many:
        if sources is not None:
            found = {} if found is None else found
            add(found, sources)
    return found


def found_among(relations: Sequence[Relation], name: Name) -> Sources | None:
    """What an unqualified column is: sure of it where columns are known, else where only one
    relation can have it. {} when nobody can tell, None when it is in none of them."""
    for relation in relations:
        sources = relation.sure(name)
        if sources is not None:
            return sources
    maybe = [relation for relation in relations if relation.has_more]
    maybe = [relation for relation in maybe if type(relation) is not Relation] or maybe
    if len(maybe) == 1:
        return maybe[0].find(name)
    return {} if maybe else None


def united(relations: Sequence[Relation]) -> Relation:
    """The rows of all of them: columns by their place when all are known, else by their name.

    By name also where the catalog tells some, and all are called alike: its order may be another.
    """
    if len(relations) == 1:
        return relations[0]
    widths = {len(relation.columns) for relation in relations}
    if any(relation.is_open for relation in relations) or len(widths) > 1:
        return United(relations)
    more = any(relation.has_more for relation in relations)
    if more and len({frozenset(c.name.key for c in r.columns) for r in relations}) == 1:
        return United(relations)
    columns = [Column(column.name, dict(column.sources)) for column in relations[0].columns]
    for relation in relations[1:]:
        for column, other in zip(columns, relation.columns, strict=True):
            add(column.sources, other.sources)
    return Starred(columns, [United(relations)]) if more else Closed(columns)


def renamed(relation: Relation, names: Sequence[Name]) -> Relation:
    """`relation` with its first columns called `names`, as in `AS t (a, b)`."""
    if not names:
        return relation
    if relation.is_open or (relation.has_more and len(names) > len(relation.columns)):
        unknown = relation.find(names[0]) if type(relation) is Relation else {}
        return Closed(Column(name, unknown or {}) for name in names)
    columns = list(relation.columns)
    for place, name in enumerate(names):
        if place < len(columns):
            columns[place] = Column(name, columns[place].sources)
    return Closed(columns)


def names_of(relation: Relation) -> list[Name] | None:
    """What its columns are called, when all are known."""
    return None if relation.is_open else [column.name for column in relation.columns]
