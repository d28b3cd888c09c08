"""How a script's names are read: compared as its database does, completed by USE, written one way.

A name is shown as it was first written, without its quotes; see `Dialect` for what folds.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from lineage.sql.dialects import Dialect, words

#: Schemas and tables of the database itself: reading them is no lineage.
_SYSTEM = words(
    "information_schema pg_catalog performance_schema sqlite_master sqlite_schema"
    " sqlite_temp_master"
)
_SYSTEM_OF = {
    "oracle": {"dual", "sys"},
    "mysql": {"dual", "sys", "mysql"},
    "tsql": {"sys"},
    "clickhouse": {"system"},
    "trino": {"system"},
    "presto": {"system"},
    "sqlite": {"sqlite_sequence"},
}
#: Where temporary tables are, when they are told.
_TEMPORARY = frozenset({"pg_temp", "tempdb", "temp", "session", "_session", "global_temp"})


class Name(NamedTuple):
    """One part of a name: as shown, and as compared."""

    text: str
    key: str


class TableName(NamedTuple):
    """A table. `parts` is what was written, `text` the completed name, `key` compares it."""

    parts: tuple[Name, ...]
    text: str
    key: tuple[str, ...]

    @property
    def last(self) -> Name:
        return self.parts[-1]


def parts_of(table: exp.Table) -> list[exp.Expr]:
    """The identifiers of a table's name; an empty one in `database..table`."""
    parts = list(table.parts)
    if table.args.get("catalog") and not table.args.get("db"):
        parts.insert(1, exp.Identifier(this=""))
    return parts


class Names:
    """The names of one script, and which database and schema it is in at the moment."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.catalog: Name | None = None
        self.schema: Name | None = None
        self._shown: dict[tuple[str, ...], str] = {}
        self._tables: dict[str, TableName] = {}
        self._system = _SYSTEM | _SYSTEM_OF.get(dialect.name, set())

    def part(self, node: exp.Expr) -> Name:
        """A part of a table's name."""
        if node.args.get("temporary"):
            return folded(f"#{node.name}", bool(node.args.get("quoted")), self.dialect.tables)
        if node.args.get("global_"):
            return folded(f"##{node.name}", bool(node.args.get("quoted")), self.dialect.tables)
        return folded(node.name, bool(node.args.get("quoted")), self.dialect.tables)

    def alias(self, node: exp.Expr) -> Name:
        """The name of a table expression, which compares like a column's."""
        return folded(node.name, bool(node.args.get("quoted")), self.dialect.columns)

    def column(self, node: exp.Expr) -> Name:
        return folded(node.name, bool(node.args.get("quoted")), self.dialect.columns)

    def shown_column(self, table: str, column: Name) -> str:
        """One spelling for one column, however often it is written."""
        return self._shown.setdefault((table, column.key), column.text)

    def told_column(self, text: str) -> Name:
        """A column as the catalog spells it, which nobody can tell from a quoted one."""
        return Name(text, folded(text, False, self.dialect.columns).key)

    def spelled(self, table: str, column: Name) -> str:
        """From now on the column is shown so."""
        self._shown[table, column.key] = column.text
        return column.text

    def table(self, parts: Sequence[exp.Expr]) -> TableName:
        """The table with a name of these identifiers."""
        written = tuple(self.part(part) for part in parts)
        whole = self._completed(written)
        key = tuple(part.key for part in whole)
        text = self._shown.setdefault(("", *key), ".".join(part.text for part in whole))
        name = TableName(written, text, key)
        self._tables.setdefault(text, name)
        return name

    def known(self, text: str) -> TableName | None:
        """The table that was shown so."""
        return self._tables.get(text)

    def _completed(self, parts: tuple[Name, ...]) -> tuple[Name, ...]:
        catalog, schema = self.catalog, self.schema
        default = Name(self.dialect.schema, self.dialect.schema.lower())
        if len(parts) == 3 and not parts[1].text:
            return (parts[0], default, parts[2]) if default.text else (parts[0], parts[2])
        if len(parts) == 1 and schema is not None:
            parts = (schema, *parts)
        elif len(parts) == 1 and catalog is not None:
            return (catalog, default, *parts) if default.text else (catalog, *parts)
        if len(parts) == 2 and catalog is not None:
            parts = (catalog, *parts)
        return parts

    def use(self, parts: Sequence[exp.Expr], kind: str = "") -> None:
        """USE: `kind` is SCHEMA, DATABASE, CATALOG or "" when the statement does not say it."""
        names = [self.part(part) for part in parts]
        if len(names) >= 2:
            self.catalog, self.schema = names[-2], names[-1]
        elif not names:
            return
        elif kind in ("DATABASE", "CATALOG") or (not kind and self.dialect.schema):
            if kind != "CATALOG" and self.dialect.name in _DATABASE_IS_SCHEMA:
                self.schema = names[0]
            else:
                self.catalog, self.schema = names[0], None
        else:
            self.schema = names[0]

    def is_system(self, name: TableName) -> bool:
        keys = (key for part in name.parts for key in part.key.lower().split("."))
        return any(key in self._system for key in keys)  # BigQuery: `INFORMATION_SCHEMA.TABLES`

    def is_temporary_place(self, name: TableName) -> bool:
        """Whether a name can be that of a temporary table: alone, or where those are."""
        return len(name.parts) == 1 or name.parts[-2].key.lower() in {*_TEMPORARY, ""}


#: Databases of two levels, where a database is what others call a schema.
_DATABASE_IS_SCHEMA = words(
    "mysql clickhouse hive spark databricks athena doris starrocks singlestore"
)


def folded(text: str, quoted: bool, rule: str) -> Name:
    """See `Dialect` for the rules."""
    if rule == "lower-all" or (rule == "lower" and not quoted):
        text = text.lower()
        return Name(text, text)
    if rule == "upper":
        return Name(text, text if quoted else text.upper())
    return Name(text, text.lower() if rule == "any" else text)
