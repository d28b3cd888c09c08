"""Select lists, and the groups and orders that may speak of them."""

from collections.abc import Sequence

from sqlglot import exp

from lineage.sql.expressions import sources, told
from lineage.sql.names import Name, Names
from lineage.sql.relations import MOST_COLUMNS, Closed, Column, Relation, Starred
from lineage.sql.scopes import Scope
from lineage.sql.sources import AGGREGATION, GROUP_BY, SORT, through


def selected(node: exp.Select, scope: Scope) -> Relation:
    """The columns of a select list."""
    columns: list[Column] = []
    rest: list[Relation] = []
    for expression in node.expressions:
        star = _star(expression)
        if star is None:
            columns.append(_column(expression, scope))
        else:
            found, others = _starred(expression, star, scope)
            columns += found
            rest += others
        if len(columns) > MOST_COLUMNS:
            message = f"More than {MOST_COLUMNS} columns in one select list."
            scope.reading.problem(message, expression)
            return Relation()
    return Starred(columns, rest) if rest else Closed(columns)


def _column(expression: exp.Expr, scope: Scope) -> Column:
    found = told(sources(expression, scope), expression, scope)
    name = _name_of(expression, scope.reading.names)
    if scope.reading.names.dialect.reuses and isinstance(expression, exp.Alias):
        scope.aliases[name.key] = found
    return Column(name, found)


def _name_of(expression: exp.Expr, names: Names) -> Name:
    """What the column is called; "" when the database makes a name up."""
    if isinstance(expression, exp.Alias):
        name = expression.args["alias"]
    elif isinstance(expression, exp.Column):
        name = expression.this
    else:
        name = expression.expression if isinstance(expression, exp.Dot) else None
    return names.column(name) if isinstance(name, exp.Identifier) else Name("", "")


def _star(expression: exp.Expr) -> exp.Expr | None:
    if isinstance(expression, exp.Star | exp.Columns):
        return expression
    if isinstance(expression, exp.Column) and isinstance(expression.this, exp.Star):
        return expression.this
    return None


def _starred(
    expression: exp.Expr, star: exp.Expr, scope: Scope
) -> tuple[list[Column], list[Relation]]:
    """The known columns that a star stands for, and the relation of all others, if there are."""
    names = scope.reading.names
    relations = scope.relations
    if isinstance(expression, exp.Column):
        one = scope.called(expression)
        relations = [one] if one is not None else []
    left_out = star.args.get("except_") or ()
    hidden = {names.column(c.this if isinstance(c, exp.Column) else c).key for c in left_out}
    replaced = {
        names.column(alias.args["alias"]).key: _column(alias, scope)
        for alias in star.args.get("replace") or ()
        if isinstance(alias, exp.Alias)
    }
    called = {
        names.column(alias.this.this).key: names.column(alias.args["alias"])
        for alias in star.args.get("rename") or ()
        if isinstance(alias.this, exp.Column)
    }
    columns = []
    for column in scope.starred(relations, hidden):
        column = replaced.pop(column.name.key, column)
        columns.append(column._replace(name=called.get(column.name.key, column.name)))
    opened = [relation for relation in relations if relation.has_more]
    columns += replaced.values()
    return columns, [Starred((), opened, hidden | called.keys())] if opened else []


def grouped(node: exp.Select, columns: Sequence[Column], scope: Scope) -> None:
    """Note what GROUP BY and DISTINCT ON group by."""
    distinct = node.args.get("distinct") or exp.Distinct()
    if distinct.args.get("on") is not None:
        _by(distinct.args["on"], GROUP_BY, columns, scope)
    group = node.args.get("group") or exp.Group()
    for part in group.iter_expressions():
        _by(part, GROUP_BY, columns, scope)
    for column in columns if group.args.get("all") else ():
        if all(source.subtype != AGGREGATION for source in column.sources.values()):
            scope.reading.shape(through(column.sources, GROUP_BY))


def sort(node: exp.Expr, columns: Sequence[Column], scope: Scope) -> None:
    """Note what the rows are sorted by, or distributed."""
    for key in ("order", "sort", "cluster", "distribute"):
        order = node.args.get(key)
        for part in order.expressions if order is not None else ():
            _by(part, SORT, columns, scope)


def _by(expression: exp.Expr, subtype: str, columns: Sequence[Column], scope: Scope) -> None:
    """One key of GROUP BY or ORDER BY: a number, an alias, or an expression."""
    inner = expression
    while isinstance(inner, exp.Ordered | exp.Paren):
        inner = inner.this
    if isinstance(inner, exp.Tuple | exp.Rollup | exp.Cube | exp.GroupingSets):
        for part in inner.expressions:
            _by(part, subtype, columns, scope)
        return
    if isinstance(inner, exp.Literal) and inner.is_int:
        place = int(inner.name) - 1
        column = columns[place] if 0 <= place < len(columns) else None
    else:
        column = _called(inner, columns, scope)
    found = column.sources if column else told(sources(inner, scope), inner, scope)
    scope.reading.shape(through(found, subtype))


def _called(node: exp.Expr, columns: Sequence[Column], scope: Scope) -> Column | None:
    """The column of the select list that a plain name means."""
    if not isinstance(node, exp.Column) or len(node.parts) > 1:
        return None
    if not isinstance(node.this, exp.Identifier):
        return None
    key = scope.reading.names.column(node.this).key
    return next((column for column in columns if column.name.key == key), None)
