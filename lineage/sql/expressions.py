"""The columns that go into an expression, and how: OpenLineage's transformation subtypes."""

from collections.abc import Iterator
from itertools import islice

from sqlglot import exp
from sqlglot.errors import SqlglotError

from lineage.sql.dialects import words
from lineage.sql.scopes import Scope
from lineage.sql.sources import (
    AGGREGATION,
    CONDITIONAL,
    FILTER,
    IDENTITY,
    SORT,
    TRANSFORMATION,
    WINDOW,
    Source,
    Sources,
    add,
    cut,
    through,
    together,
)

#: sqlglot calls them aggregates, but they hand one row's value through.
_PICKING = (
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
    exp.First,
    exp.Last,
    exp.AnyValue,
)
#: What is left of a value after these says nothing of it (OpenLineage: masking).
_MASKING = (
    exp.Count,
    exp.ApproxDistinct,
    exp.MD5,
    exp.MD5Digest,
    exp.SHA,
    exp.SHA2,
    exp.StandardHash,
    exp.FarmFingerprint,
)
#: Aggregates that sqlglot does not know.
_AGGREGATES = words(
    "map_agg multimap_agg histogram histogram_numeric numeric_histogram checksum checksum_agg"
    " jsonb_agg json_arrayagg every range_agg range_intersect_agg xmlagg product mad fsum favg"
    " geometric_mean collect stdevp varp total"
)
_SAME = (exp.Alias, exp.Paren, exp.Distinct, exp.Ordered)
_NOTHING = (exp.Identifier, exp.Literal, exp.DataType, exp.Star, exp.Var, exp.Null, exp.Boolean)
#: Expressions of more parts are not written out as text.
MOST_PARTS = 200

#: An expression, what its columns become, and whether it hides them.
type _Step = tuple[exp.Expr, str, bool]


def sources(expression: exp.Expr, scope: Scope) -> Sources:
    """All columns that `expression` is made of or decided by.

    Walks without recursion: a condition may be a chain of 50 000 ORs.
    """
    found: Sources = {}
    steps: list[_Step] = [(expression, IDENTITY, False)]
    while steps:
        node, subtype, masking = steps.pop()
        if isinstance(node, exp.Column):
            add(found, through(scope.resolve(node), subtype, masking=masking))
        elif isinstance(node, exp.Query):
            add(found, through(_of_query(node, scope), subtype, masking=masking))
        elif not isinstance(node, _NOTHING):
            steps += reversed([(n, s, masking or m) for n, s, m in _inside(node, subtype, scope)])
    return found


def _of_query(query: exp.Query, scope: Scope) -> Sources:
    """The value of a scalar subquery: its columns, and what decides on its rows."""
    answer = scope.reading.query(query, scope)
    found: Sources = {}
    for column in answer.relation.columns:
        add(found, column.sources)
    add(found, answer.shaping)
    return found


def _inside(node: exp.Expr, subtype: str, scope: Scope) -> Iterator[_Step]:
    """The parts of an expression, with what they become inside it."""
    if isinstance(node, _SAME):
        yield from _each(node, subtype)
    elif isinstance(node, exp.Case | exp.DecodeCase):
        yield from _case(node, subtype)
    elif isinstance(node, exp.If | exp.Nvl2):
        yield node.this, together(subtype, CONDITIONAL), False
        for key in ("true", "false"):
            yield from _part(node, key, together(subtype, TRANSFORMATION))
    elif isinstance(node, exp.Window):
        yield from _window(node, subtype, scope)
    elif isinstance(node, exp.Filter):
        yield node.this, subtype, False
        yield node.expression, together(subtype, FILTER), False
    elif isinstance(node, exp.Order):
        yield from _part(node, "this", subtype)
        for part in node.expressions:
            yield part, together(subtype, SORT), False
    elif isinstance(node, exp.PropertyEQ | exp.Kwarg):
        yield node.expression, subtype, False
    else:
        yield from _function(node, subtype)


def _function(node: exp.Expr, subtype: str) -> Iterator[_Step]:
    """Functions and operators: all of their arguments, as a rule."""
    if isinstance(node, exp.WithinGroup):  # percentiles: of what they order
        yield node.this, together(subtype, AGGREGATION), False
        for part in node.expression.expressions:
            yield part, together(subtype, AGGREGATION), False
    elif isinstance(node, exp.CombinedAggFunc) and node.name.lower().endswith("if"):
        *values, condition = node.expressions
        for value in values:
            yield value, together(subtype, AGGREGATION), False
        yield condition, together(subtype, CONDITIONAL), False
    else:
        aggregates = isinstance(node, exp.AggFunc) and not isinstance(node, _PICKING)
        if isinstance(node, exp.Anonymous):
            aggregates = node.name.lower() in _AGGREGATES
        inner = AGGREGATION if aggregates else TRANSFORMATION
        for part in node.iter_expressions():
            yield part, together(subtype, inner), isinstance(node, _MASKING)


def _each(node: exp.Expr, subtype: str) -> Iterator[_Step]:
    for part in node.iter_expressions():
        yield part, subtype, False


def _part(node: exp.Expr, key: str, subtype: str) -> Iterator[_Step]:
    part = node.args.get(key)
    if part is not None:
        yield part, subtype, False


def _case(node: exp.Case | exp.DecodeCase, subtype: str) -> Iterator[_Step]:
    if isinstance(node, exp.DecodeCase):
        yield from _decode(node, subtype)
        return
    yield from _part(node, "this", together(subtype, CONDITIONAL))
    for branch in node.args.get("ifs") or ():
        yield branch.this, together(subtype, CONDITIONAL), False
        yield from _part(branch, "true", together(subtype, TRANSFORMATION))
    yield from _part(node, "default", together(subtype, TRANSFORMATION))


def _decode(node: exp.DecodeCase, subtype: str) -> Iterator[_Step]:
    """DECODE(value, search, result, …, default)"""
    value, *rest = node.expressions
    yield value, together(subtype, CONDITIONAL), False
    for place, part in enumerate(rest):
        searches = place % 2 == 0 and place < len(rest) - 1
        yield part, together(subtype, CONDITIONAL if searches else TRANSFORMATION), False


def _window(node: exp.Window, subtype: str, scope: Scope) -> Iterator[_Step]:
    yield node.this, together(subtype, TRANSFORMATION), False
    kind = SORT if node.args.get("over") == "KEEP" else WINDOW  # Oracle: of one group's rows
    over = scope.windows.get(node.args["alias"].name.lower()) if node.args.get("alias") else None
    for window in (node, *((over,) if over is not None else ())):
        order = window.args.get("order") or exp.Order()
        for part in (*(window.args.get("partition_by") or ()), *order.expressions):
            yield part, together(subtype, kind), False


def conditions(expression: exp.Expr) -> list[exp.Expr]:
    """The parts that AND joins, each with a text of its own."""
    found: list[exp.Expr] = []
    left = [expression]
    while left:
        node = left.pop()
        if isinstance(node, exp.And | exp.Paren | exp.Where | exp.Having | exp.Qualify):
            left += reversed(list(node.iter_expressions()))
        else:
            found.append(node)
    return found


def told(found: Sources, expression: exp.Expr, scope: Scope) -> Sources:
    """`found` with the text of the expression, where that says more than its column."""
    if not scope.reading.tells or all(s.subtype == IDENTITY for s in found.values()):
        return found
    text = text_of(expression, scope)
    return {
        key: Source(*source[:3], _then(source.text, text), source.masking)
        for key, source in found.items()
    }


def _then(inner: str, outer: str) -> str:
    return cut(f"{inner} → {outer}" if inner and outer and inner != outer else inner or outer)


def text_of(expression: exp.Expr, scope: Scope) -> str:
    """The expression in its dialect; "" for a very long one."""
    if isinstance(expression, exp.Alias):
        expression = expression.this
    if len(list(islice(expression.walk(), MOST_PARTS))) == MOST_PARTS:
        return ""
    try:
        return scope.reading.script.written(expression)
    except (SqlglotError, ValueError, TypeError, AttributeError, KeyError):
        return ""
