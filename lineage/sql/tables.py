"""What stands after FROM: tables, subqueries, files, functions, and what a script has made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from lineage.sql.expressions import sources
from lineage.sql.locations import (
    file_of,
    files_read,
    is_opaque,
    is_stage,
    remote_table,
    tables_told,
)
from lineage.sql.names import Name, TableName, parts_of
from lineage.sql.relations import Closed, Column, Relation, Starred, Stored, renamed
from lineage.sql.scopes import Item, Scope
from lineage.sql.sources import TRANSFORMATION, Sources, add, through

if TYPE_CHECKING:
    from lineage.sql.queries import Answer


class CommonTable:
    """A common table expression: looked at when it is first used, and once."""

    def __init__(self, node: exp.CTE, scope: Scope, recursive: bool) -> None:
        self.node = node
        self.scope = scope
        self.recursive = recursive
        self.columns = _alias_columns(node.args.get("alias"), scope)
        self._answer: Answer | None = None

    def answer(self) -> "Answer":
        if self._answer is None:
            self._answer = self._looked_at()
        return self._answer

    def _looked_at(self) -> "Answer":
        reading, body = self.scope.reading, self.node.this
        if self.recursive and isinstance(body, exp.SetOperation):
            # First what it starts from, then all of it over that.
            self._answer = reading.nothing
            self._answer = self._named(reading.query(body.left, self.scope))
        return self._named(reading.query(body, self.scope))

    def _named(self, answer: "Answer") -> "Answer":
        return answer._replace(relation=renamed(answer.relation, self.columns))


def items_of(node: exp.Expr, scope: Scope) -> list[Item]:
    """The relations that one item after FROM brings into `scope`; a join in parentheses is one."""
    if isinstance(node, exp.Final | exp.Stream | exp.Tuple | exp.Paren):
        return items_of(node.this, scope)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        return _parenthesised(node, scope)
    alias = node.args.get("alias")
    called: tuple[str, ...] = ()
    if isinstance(alias, exp.TableAlias) and alias.this is not None:
        called = (scope.reading.names.alias(alias.this).key,)
    table: TableName | None = None
    if isinstance(node, exp.Table):
        relation, own, table = _table(node, scope)
        called = called or own
    else:
        relation = _derived(node, scope)
    relation = renamed(relation, _alias_columns(alias, scope))
    if isinstance(node, exp.Unnest | exp.Lateral) and isinstance(alias, exp.TableAlias):
        relation, called = _unnested(node, alias, relation, called, scope)
    for pivot in node.args.get("pivots") or ():
        relation = _pivoted(pivot, relation, scope)
        if pivot.args.get("alias"):
            called = (scope.reading.names.alias(pivot.args["alias"]).key,)
    return [Item(called, relation, table)]


def _parenthesised(node: exp.Subquery, scope: Scope) -> list[Item]:
    """`(a JOIN b ON …)`: its relations, or one of all of them under an alias."""
    inner = Scope(scope.reading, scope)
    inner.items += items_of(node.this, inner)
    scope.reading.joined(node.this, inner)
    scope.shared |= inner.shared
    if node.alias:
        alias = scope.reading.names.alias(node.args["alias"])
        columns = inner.starred(inner.relations)
        return [Item((alias.key,), Starred(columns, inner.relations))]
    return inner.items


def _table(node: exp.Table, scope: Scope) -> tuple[Relation, tuple[str, ...], TableName | None]:
    """The relation, what it is called without an alias, and the table that it is."""
    reading = scope.reading
    this = node.this
    if is_stage(node) or isinstance(this, exp.Literal):
        return reading.files([this.name]), (), None
    if isinstance(this, exp.Parameter):
        name = reading.names.table([exp.to_identifier(f"@{this.name}")])
        return reading.table(name), (name.last.key,), name
    if isinstance(this, exp.Func) or not isinstance(this, exp.Identifier):
        return _function(this, scope), (), None
    file = file_of(node, reading.names.dialect)
    if file:
        return reading.files([file]), (), None
    name = reading.names.table(parts_of(node))
    common = scope.tables.get(name.key[-1]) if len(name.parts) == 1 else None
    if common is not None:
        answer = common.answer()
        reading.shape(answer.shaping)
        if isinstance(common.node.this, exp.DML):
            for changed in answer.relation.behind:
                reading.read(changed)
        return answer.relation, (name.last.key,), None
    keys = tuple(reading.names.alias(part).key for part in node.parts)
    return reading.table(name, node), keys, name


def _function(node: exp.Expr, scope: Scope) -> Relation:
    """A table function: files it reads, or columns made of its arguments."""
    reading = scope.reading
    if isinstance(node, exp.DynamicIdentifier) and node.this is not None:
        return reading.table_called(node.this.name)
    files = files_read(node)
    if files is not None:
        if not files:
            reading.problem("The name of the file is an expression, and not known.", node)
        return reading.files(files)
    if is_opaque(node):
        reading.problem(f"What {node.name or 'a table function'} reads is not known.", node)
        return reading.unknown
    elsewhere = remote_table(node)
    if elsewhere:
        return reading.table_called(elsewhere)
    for table in tables_told(node):
        told = reading.table(reading.names.table(parts_of(table)))
        if table.args.get("only"):
            return told
    return Relation(sources(node, scope))


def _derived(node: exp.Expr, scope: Scope) -> Relation:
    """Subqueries, VALUES, UNNEST, LATERAL and functions."""
    if isinstance(node, exp.Values):
        return _values(node, scope)
    if isinstance(node, exp.Query):
        answer = scope.reading.query(node, scope)
        scope.reading.shape(answer.shaping)
        return answer.relation
    if isinstance(node, exp.Lateral):
        inner = node.this
        while isinstance(inner, exp.Paren):
            inner = inner.this
        if isinstance(inner, exp.Query):
            return _derived(inner, scope)
        return _function(inner, scope)
    if isinstance(node, exp.Unnest):
        found: Sources = {}
        for part in node.expressions:
            add(found, sources(part, scope))
        return Relation(found)
    if isinstance(node, exp.TableFromRows) and is_opaque(node):
        return _function(node, scope)
    return Relation(sources(node.this if node.this is not None else node, scope))


def _values(node: exp.Values, scope: Scope) -> Relation:
    """Constants, as a rule; their places have no names."""
    columns: list[Sources] = []
    for row in node.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row]
        if len(cells) == 1 and isinstance(cells[0], exp.Tuple):  # as ClickHouse's are parsed
            cells = cells[0].expressions
        columns += [{} for _ in cells[len(columns) :]]
        for place, cell in zip(columns, cells, strict=False):
            if not isinstance(cell, exp.Literal | exp.Null | exp.Boolean):
                add(place, sources(cell, scope))
    return Closed(Column(Name("", ""), column) for column in columns)


def _alias_columns(alias: exp.Expr | None, scope: Scope) -> list[Name]:
    """`AS t (a, b)`; a definition (`a int`) counts as its name."""
    if not isinstance(alias, exp.TableAlias):
        return []
    return [
        scope.reading.names.column(c.this if isinstance(c, exp.ColumnDef) else c)
        for c in alias.args.get("columns") or ()
    ]


def _unnested(
    node: exp.Expr,
    alias: exp.TableAlias,
    relation: Relation,
    called: tuple[str, ...],
    scope: Scope,
) -> tuple[Relation, tuple[str, ...]]:
    """An element without a table alias is a column and a table at once (`UNNEST(a) AS item`)."""
    columns = _alias_columns(alias, scope)
    if isinstance(node, exp.Unnest) and not called and len(columns) == 1:
        inside = relation.find(columns[0]) or {}
        return Relation(inside), (columns[0].key,)
    return relation, called


def _pivoted(pivot: exp.Pivot, relation: Relation, scope: Scope) -> Relation:
    """PIVOT makes columns of aggregates, UNPIVOT one column of several; the others stay."""
    names = scope.reading.names
    inner = Scope(scope.reading, scope)
    inner.items.append(Item((), relation))
    unpivots = pivot.args.get("unpivot")
    values: Sources = {}
    used = [
        column for field in pivot.args.get("fields") or () for column in field.find_all(exp.Column)
    ]
    for part in used if unpivots else pivot.expressions:
        add(values, through(sources(part, inner), TRANSFORMATION))
    if unpivots:
        made = [part for part in pivot.expressions if isinstance(part, exp.Identifier)]
    else:
        made = pivot.args.get("columns") or []
        used += [column for part in pivot.expressions for column in part.find_all(exp.Column)]
    hidden = frozenset(
        names.column(c.this).key for c in used if isinstance(c.this, exp.Identifier)
    )
    columns = [column for column in relation.columns if column.name.key not in hidden]
    columns += [Column(names.column(name), values) for name in made]
    if unpivots:  # and one that only says which column a value was in
        labels = [field.this for field in pivot.args.get("fields") or ()]
        columns += [Column(names.column(n), {}) for n in labels if isinstance(n, exp.Identifier)]
    found = Starred(columns, [relation], hidden) if relation.has_more else Closed(columns)
    return renamed(found, _alias_columns(pivot.args.get("alias"), scope))


def pivot_of(node: exp.Pivot, scope: Scope) -> Relation:
    """DuckDB's PIVOT as a query: what it groups by, and a column for each value that it names."""
    inner = Scope(scope.reading, scope)
    inner.items += items_of(node.this, inner)
    values: Sources = {}
    using = node.args.get("using") or []
    for part in using:
        add(values, sources(part, inner))
    named = [part for part in node.expressions if isinstance(part, exp.In)]
    group = node.args.get("group")
    told = len(named) == len(node.expressions) and len(using) == 1
    if group is None or node.args.get("unpivot") or not told:
        return Relation(values)
    names = scope.reading.names
    columns = [
        Column(names.column(part.this), sources(part, inner))
        for part in group.expressions
        if isinstance(part, exp.Column) and isinstance(part.this, exp.Identifier)
    ]
    made = [text.name for part in named for text in part.expressions if text.is_string]
    columns += [
        Column(names.column(exp.to_identifier(text, quoted=True)), values) for text in made
    ]
    return Closed(columns)


def _columns_in(parts: Sequence[exp.Expr]) -> list[exp.Column]:
    found = [column for part in parts for column in part.find_all(exp.Column)]
    return [column for column in found if isinstance(column.this, exp.Identifier)]


def told_as(name: TableName, columns: Sequence[Name], scope: Scope) -> Relation:
    """A table whose columns the script has told."""
    table = Stored([name.text], scope.reading.names)
    return Closed(Column(column, table.find(column) or {}) for column in columns)
