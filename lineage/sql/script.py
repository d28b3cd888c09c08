"""What a script has made so far: temporary tables, and the columns of tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar

from lineage.sql.dialects import Dialect
from lineage.sql.names import Name, Names, TableName
from lineage.sql.relations import Believed, Closed, Relation, Stored, united
from lineage.sql.sources import Sources, add
from lineage.sql.templates import Parsable

#: Table or file as scripts call it → the columns that the catalog knows, in their order.
type Told = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Temporary:
    """A table that ends with the script: what reads it, reads what it was made of."""

    relation: Relation = field(default_factory=lambda: Closed(()))
    reads: dict[str, None] = field(default_factory=dict)
    shaping: Sources = field(default_factory=dict)
    #: Its columns, when it was made with them and not from a query.
    columns: tuple[Name, ...] = ()
    filled: bool = False


class Script:
    """The state between one statement and the next."""

    def __init__(self, dialect: Dialect, parsable: Parsable, told: Told | None = None) -> None:
        self.names = Names(dialect)
        self.parsable = parsable
        self.grammar = Grammar.get_or_raise(dialect.grammar)
        self._generator = self.grammar.generator(comments=False)
        #: Table → its columns, where the script tells them all.
        self.columns: dict[tuple[str, ...], tuple[Name, ...]] = {}
        #: Names of declared variables, where they look like columns.
        self.variables: set[str] = set()
        #: Those of `columns` that follow from what the catalog tells, which may be short of some.
        self.believed: set[tuple[str, ...]] = set()
        #: Tables that the script has changed so that older columns of them are not theirs.
        self.changed: set[tuple[str, ...]] = set()
        self._told = told or {}
        self._temporary: dict[str, Temporary] = {}

    def written(self, expression: exp.Expr) -> str:
        """The expression as its dialect writes it, which may change an expression with a query
        in it."""
        copies = expression.find(exp.Query) is not None
        text: str = self._generator.generate(expression, copy=copies)
        return self.parsable.shown(text)

    def temporary(self, name: TableName) -> Temporary | None:
        if not self.names.is_temporary_place(name):
            return None
        return self._temporary.get(name.last.key)

    def make_temporary(self, name: TableName, columns: Iterable[Name] = ()) -> Temporary:
        made = Temporary(columns=tuple(columns))
        self._temporary[name.last.key] = made
        return made

    def fill(
        self, made: Temporary, relation: Relation, reads: Iterable[str], shaping: Sources
    ) -> None:
        """More rows for a temporary table."""
        made.relation = united([made.relation, relation]) if made.filled else relation
        made.filled = True
        made.reads |= dict.fromkeys(reads)
        add(made.shaping, shaping)

    def rename_temporary(self, name: TableName, new: TableName) -> None:
        self._temporary[new.last.key] = self._temporary.pop(name.last.key)

    def forget(self, name: TableName) -> None:
        """A dropped table."""
        if self.temporary(name) is not None:
            del self._temporary[name.last.key]
        else:
            self.tell(name, None)

    def tell(
        self, name: TableName, columns: Sequence[Name] | None, *, surely: bool = True
    ) -> None:
        """A table that was made; `columns` is None when its query does not tell them all."""
        self.changed.add(name.key)
        self.believed.discard(name.key)
        if columns is None or any(not column.text for column in columns):
            self.columns.pop(name.key, None)
        else:
            self.columns[name.key] = tuple(columns)
            if not surely:
                self.believed.add(name.key)

    def rows_of(self, names: Sequence[TableName | str]) -> Relation:
        """The rows of stored tables or files, as far as their columns are known."""
        texts = [name if isinstance(name, str) else name.text for name in names]
        found = {text: self._columns_of(name) for text, name in zip(texts, names, strict=True)}
        if not found or None in found.values():
            return Stored(texts, self.names)
        return Believed({text: known or () for text, known in found.items()}, self.names)

    def _columns_of(self, name: TableName | str) -> Sequence[Name] | None:
        """What the catalog tells, or follows from it."""
        if isinstance(name, TableName):
            if name.key in self.believed:
                return self.columns[name.key]
            if name.key in self.changed:
                return None
        told = self._told.get(name if isinstance(name, str) else name.text)
        return [self.names.told_column(text) for text in told] if told else None
