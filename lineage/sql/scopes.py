"""What the names inside one SELECT mean."""

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from lineage.sql.names import Name, TableName
from lineage.sql.relations import Column, Relation, found_among
from lineage.sql.sources import TRANSFORMATION, Sources, add, through

if TYPE_CHECKING:
    from lineage.sql.queries import Reading
    from lineage.sql.tables import CommonTable


class Item(NamedTuple):
    """One relation after FROM. `called` is its alias, or the parts of its own name; `table` is
    what it is the rows of, when that is one table, temporary ones too."""

    called: tuple[str, ...]
    relation: Relation
    table: TableName | None = None


class Scope:
    """The relations of one SELECT, its common table expressions, and the scope around it."""

    def __init__(
        self,
        reading: "Reading",
        outer: "Scope | None" = None,
        tables: "Mapping[str, CommonTable] | None" = None,
    ) -> None:
        self.reading = reading
        self.outer = outer
        #: Common table expressions by key; those of the scopes around included.
        if tables is None:
            tables = outer.tables if outer is not None else {}
        self.tables: dict[str, CommonTable] = dict(tables)
        self.items: list[Item] = []
        #: Named values, those of the scopes around included.
        self.scalars: dict[str, Sources] = dict(outer.scalars) if outer is not None else {}
        #: Columns of several relations at once, by USING.
        self.shared: dict[str, Sources] = {}
        #: Aliases of the select list so far, in dialects that let it use them.
        self.aliases: dict[str, Sources] = {}
        #: Named windows.
        self.windows: dict[str, exp.Expr] = {}

    @property
    def relations(self) -> list[Relation]:
        return [item.relation for item in self.items]

    def resolve(self, column: exp.Column) -> Sources:
        """What a column, written with or without a table, is made of; {} when nobody can tell."""
        if not isinstance(column.this, exp.Identifier):
            return {}
        names = [self.reading.names.column(part) for part in column.parts]
        for taken in range(len(names) - 1, 0, -1):
            relation = self._called(tuple(name.key for name in names[:taken]))
            if relation is not None:
                found = relation.find(names[taken]) or {}
                if not found:
                    self.reading.want(relation)
                return found if taken == len(names) - 1 else through(found, TRANSFORMATION)
        if len(names) == 1:
            return self.unqualified(names[0])
        if self.reading.names.dialect.structs:
            return through(self.unqualified(names[0]), TRANSFORMATION)
        return {}

    def unqualified(self, name: Name) -> Sources:
        """A column without a table: here, or in the scopes around."""
        if name.key in self.shared:
            return self.shared[name.key]
        for item in self.items:
            if item.called == (name.key,) and type(item.relation) is Relation:
                return item.relation.sources
        for named in (self.aliases, self.scalars):
            if name.key in named and self._unsure(name):
                return named[name.key]
        if name.key in self.reading.script.variables and self._unsure(name):
            return {}
        found = found_among(self.relations, name)
        if not found and self._unsure(name):
            self.reading.want(*self.relations)
        if found is None and self.outer is not None:
            return self.outer.unqualified(name)
        return found or {}

    def _unsure(self, name: Name) -> bool:
        return all(relation.sure(name) is None for relation in self.relations)

    def _called(self, name: tuple[str, ...]) -> Relation | None:
        """The relation with that alias or name, the nearest first."""
        for item in self.items:
            if item.called[-len(name) :] == name:
                return item.relation
        return self.outer._called(name) if self.outer is not None else None

    def called(self, node: exp.Expr) -> Relation | None:
        """The relation that a qualified star (`t.*`) is of."""
        parts = node.parts[:-1] if isinstance(node, exp.Column) else []
        return self._called(tuple(self.reading.names.column(part).key for part in parts))

    def share(self, columns: Sequence[exp.Expr]) -> Sources:
        """Note columns of USING; gives their sources on both sides."""
        used: Sources = {}
        for node in columns:
            name = self.reading.names.column(node)
            sources: Sources = dict(self.shared.get(name.key, {}))
            for relation in self.relations:
                if type(relation) is not Relation:
                    add(sources, relation.find(name) or {})
            self.shared[name.key] = sources
            add(used, sources)
        return used

    def starred(
        self, relations: Sequence[Relation], hidden: Set[str] = frozenset()
    ) -> list[Column]:
        """The known columns that a star stands for, those of USING once."""
        seen: set[str] = set()
        columns = []
        for relation in relations:
            for column in relation.columns:
                key = column.name.key
                if key in hidden or (key in self.shared and key in seen):
                    continue
                seen.add(key)
                columns.append(Column(column.name, self.shared.get(key, column.sources)))
        return columns
