"""MERGE: what its branches set and insert, and what decides which branch a row takes."""

from sqlglot import exp

from lineage.sql.changing import assigned, changed_rows_out
from lineage.sql.expressions import sources, told
from lineage.sql.names import TableName
from lineage.sql.relations import Closed, Column, Relation
from lineage.sql.scopes import Scope
from lineage.sql.sources import FILTER, JOIN
from lineage.sql.statements import Statement
from lineage.sql.tables import items_of


def merge(doing: Statement, node: exp.Merge) -> None:
    """MERGE INTO … USING …, with all that its branches set and insert."""
    doing.kind = "MERGE"
    reading = doing.reading
    scope = doing.scope()
    reading.define(node, scope)
    target, _ = doing.target(node.this)
    scope.items += items_of(node.this, scope)
    if isinstance(target, TableName):
        reading.unread(target.text)
    source = items_of(node.args["using"], scope)
    # A row that is not in the target has no values of it.
    missing = Scope(reading, scope.outer, scope.tables)
    missing.items += source
    scope.items += source
    reading.decide(node.args.get("on"), JOIN, scope)
    columns: list[Column] = []
    for when in node.args["whens"].expressions:
        then = when.args.get("then")
        inside = missing if isinstance(then, exp.Insert) else scope
        reading.decide(when.args.get("condition"), FILTER, inside)
        columns += _merged(doing, then, inside, source[0].relation, target)
    doing.write(target, Closed(columns), reading.shaping)
    if isinstance(target, TableName):
        changed_rows_out(doing, node, [target], scope)


def _merged(
    doing: Statement,
    then: exp.Expr | None,
    scope: Scope,
    source: Relation,
    target: TableName | str | None,
) -> list[Column]:
    """The columns that one branch of a MERGE writes."""
    names = doing.script.names
    if isinstance(then, exp.Update | exp.Insert):  # Oracle: each with a WHERE of its own
        doing.reading.decide(then.args.get("where"), FILTER, scope)
    if isinstance(then, exp.Update):
        if then.find(exp.Star) is not None or not then.expressions:
            return _all_columns(doing, source)
        pairs = [pair for each in then.expressions for pair in assigned(doing, each, scope)]
        return [Column(names.column(column.this), found) for column, found in pairs]
    if isinstance(then, exp.Insert):
        if not isinstance(then.expression, exp.Tuple):
            return _all_columns(doing, source)
        into = then.this.expressions if isinstance(then.this, exp.Tuple | exp.Schema) else []
        called = [names.column(c.this if isinstance(c, exp.Column) else c) for c in into]
        if not called and isinstance(target, TableName):
            called = list(doing.columns_of(target))
        values = then.expression.expressions
        return [
            Column(name, told(sources(value, scope), value, scope))
            for name, value in zip(called, values, strict=False)
        ]
    return []


def _all_columns(doing: Statement, source: Relation) -> list[Column]:
    if source.is_open:
        doing.reading.want(source)
    return list(source.columns)
