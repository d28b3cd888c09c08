"""Turns the tree that Jinja parsed into closures of our own, which pay for their work.

Nothing but what stands here has a meaning: no statements, no assignments, no method calls, and no
attribute access but to keys of maps and items of lists.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from lineage.dsl.expressions import operations, values
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.functions import FUNCTIONS
from lineage.dsl.expressions.library import Callable_, bind
from lineage.dsl.expressions.operations import Expression
from lineage.dsl.expressions.predicates import TESTS
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.tokens import MAX_NESTING

_WORDS = {None: "null", True: "true", False: "false"}


def build(node: nodes.Node, height: int = MAX_NESTING) -> Expression:
    """The closure of an expression that is at most `height` nodes high; raises ExpressionError."""
    builder = _BUILDERS.get(type(node))
    if builder is None:
        raise ExpressionError("this is not part of the language", node.lineno)
    if height <= 0:
        raise ExpressionError("the expression is nested too deeply", node.lineno)
    return builder(node, height - 1)


def _constant(node: nodes.Const, height: int) -> Expression:
    value = node.value
    if isinstance(value, str):
        return operations.constant(value, "the text")
    named = value is None or isinstance(value, bool)
    return operations.constant(value, _WORDS[value] if named else str(value))


def _name(node: nodes.Name, height: int) -> Expression:
    _refuse_dunder(node.name, node.lineno)
    return Expression(operations.name_of(node.name, node.lineno), False, node.name)


def _attribute(node: nodes.Getattr, height: int) -> Expression:
    _refuse_dunder(node.attr, node.lineno)
    container = build(node.node, height)
    key = operations.constant(node.attr, node.attr)
    return operations.item(container, key, f"{container.name}.{node.attr}", node.lineno)


def _item(node: nodes.Getitem, height: int) -> Expression:
    container = build(node.node, height)
    return operations.item(container, build(node.arg, height), f"{container.name}[…]", node.lineno)


def _choice(node: nodes.CondExpr, height: int) -> Expression:
    assert node.expr2 is not None
    parts = (build(part, height) for part in (node.test, node.expr1, node.expr2))
    return operations.choice(*parts)


def _infix(node: nodes.Compare, height: int) -> Expression:
    (operand,) = node.ops
    left, right = build(node.expr, height), build(operand.expr, height)
    match operand.op:
        case "and" | "&&":
            run = operations.conjunction(left.run, right.run)
        case "or" | "||":
            run = operations.disjunction(left.run, right.run)
        case "??" | "???":
            run = operations.coalesce(left.run, right.run, null_too=operand.op == "??")
        case _:
            return operations.apply(operations.INFIX[operand.op], node.lineno, left, right)
    return operations.built(run, [left, right])


def _prefix(operator: str) -> Callable[[Any, int], Expression]:
    def prefixed(node: nodes.UnaryExpr, height: int) -> Expression:
        operand = build(node.node, height)
        return operations.apply(operations.PREFIX[operator], node.lineno, operand)

    return prefixed


def _test(node: nodes.Test, height: int) -> Expression:
    test = TESTS.get(node.name)
    if test is None:
        raise ExpressionError(f"unknown test '{node.name}'", node.lineno)
    subject = build(node.node, height)
    if node.name == "defined":
        return operations.built(operations.defined(subject.run), [subject])
    return operations.apply(test, node.lineno, subject)


def _filter(node: nodes.Filter, height: int) -> Expression:
    assert node.node is not None
    filter_ = FILTERS.get(node.name)
    if filter_ is None:
        raise ExpressionError(f"unknown filter '{node.name}'", node.lineno)
    subject = build(node.node, height)
    if node.name == "default":
        subject = operations.or_null(subject)
    positional, named = _arguments(node, height)
    return _called(filter_, "filter", node.name, [subject, *positional], named, node.lineno)


def _call(node: nodes.Call, height: int) -> Expression:
    called = node.node
    if isinstance(called, nodes.Getattr):
        message = f"'{called.attr}' cannot be called: there are no methods"
        raise ExpressionError(message, called.lineno)
    if not isinstance(called, nodes.Name):
        raise ExpressionError("only functions can be called", node.lineno)
    function = FUNCTIONS.get(called.name)
    if function is None:
        raise ExpressionError(f"unknown function '{called.name}'", called.lineno)
    positional, named = _arguments(node, height)
    return _called(function, "function", called.name, positional, named, called.lineno)


def _arguments(
    node: nodes.Call | nodes.Filter, height: int
) -> tuple[list[Expression], dict[str, Expression]]:
    spread = node.dyn_args or node.dyn_kwargs
    if spread is not None:
        raise ExpressionError("arguments are given one by one", spread.lineno)
    positional = [build(argument, height) for argument in node.args]
    named = {str(keyword.key): build(keyword.value, height) for keyword in node.kwargs}
    return positional, named


def _called(
    function: Callable_,
    what: str,
    name: str,
    positional: list[Expression],
    named: dict[str, Expression],
    position: int,
) -> Expression:
    what = f"{what} '{name}'"
    try:
        bind(function, len(positional), named)
    except TypeError:
        raise ExpressionError(f"{what} takes {function.usage}", position) from None
    run = operations.invocation(
        function,
        tuple(part.run for part in positional),
        tuple((key, part.run) for key, part in named.items()),
        what,
        position,
    )
    parts = [*positional, *named.values()]
    return operations.built(run, parts, pure=function.pure, name=f"{name}(…)")


def _list(node: nodes.List, height: int) -> Expression:
    items = [build(item, height) for item in node.items]
    runs = tuple(item.run for item in items)

    def run(scope: Scope) -> Any:
        return [item(scope) for item in runs]

    return operations.built(run, items, name="the list")


def _map(node: nodes.Dict, height: int) -> Expression:
    keys = [build(pair.key, height) for pair in node.items]
    items = [build(pair.value, height) for pair in node.items]
    runs = tuple(zip((k.run for k in keys), (i.run for i in items), strict=True))

    def run(scope: Scope) -> Any:
        return {values.to_text(scope, key(scope)): item(scope) for key, item in runs}

    return operations.built(run, [*keys, *items], name="the map")


def _refuse_dunder(name: str, position: int) -> None:
    if name.startswith("__"):
        raise ExpressionError(f"'{name}' is not allowed", position)


_BUILDERS: dict[type[nodes.Node], Callable[[Any, int], Expression]] = {
    nodes.Const: _constant,
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Getitem: _item,
    nodes.CondExpr: _choice,
    nodes.Compare: _infix,
    nodes.Not: _prefix("not"),
    nodes.Neg: _prefix("-"),
    nodes.Pos: _prefix("+"),
    nodes.Test: _test,
    nodes.Filter: _filter,
    nodes.Call: _call,
    nodes.List: _list,
    nodes.Dict: _map,
}
