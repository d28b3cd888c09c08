"""Turns the tree that Jinja parsed into closures of our own, which pay for their work.

Nothing but what stands here has a meaning: no statements, no assignments, no method calls, and no
attribute access but to keys of maps and items of lists.
"""

from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeVisitor

from lineage.dsl.expressions import operations, values
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.functions import FUNCTIONS
from lineage.dsl.expressions.library import Callable_, bind
from lineage.dsl.expressions.operations import FOLDING_UNITS, Expression
from lineage.dsl.expressions.predicates import TESTS
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.tokens import MAX_NESTING

_WORDS = {None: "null", True: "true", False: "false"}


class Builder(NodeVisitor):
    """Builds the expressions of one template; every `visit_…` raises ExpressionError."""

    def __init__(self) -> None:
        self.folding = Scope({}, units=FOLDING_UNITS)
        self.height = 0

    def visit(self, node: nodes.Node) -> Expression:
        """The closure of an expression. Its height is bounded, and so is running it."""
        self.height += 1
        if self.height > MAX_NESTING:
            raise ExpressionError("the expression is nested too deeply", node.lineno)
        built: Expression = super().visit(node)
        self.height -= 1
        return built

    def generic_visit(self, node: nodes.Node) -> Expression:
        raise ExpressionError("this is not part of the language", node.lineno)

    def visit_Const(self, node: nodes.Const) -> Expression:
        value = node.value
        if isinstance(value, str):
            return operations.constant(value, "the text")
        named = value is None or isinstance(value, bool)
        return operations.constant(value, _WORDS[value] if named else str(value))

    def visit_Name(self, node: nodes.Name) -> Expression:
        _refuse_dunder(node.name, node.lineno)
        return Expression(operations.name_of(node.name, node.lineno), False, node.name)

    def visit_Getattr(self, node: nodes.Getattr) -> Expression:
        _refuse_dunder(node.attr, node.lineno)
        container = self.visit(node.node)
        key = operations.constant(node.attr, node.attr)
        return operations.item(
            self.folding, container, key, f"{container.name}.{node.attr}", node.lineno
        )

    def visit_Getitem(self, node: nodes.Getitem) -> Expression:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            _refuse_dunder(node.arg.value, node.arg.lineno)
        container = self.visit(node.node)
        return operations.item(
            self.folding, container, self.visit(node.arg), f"{container.name}[…]", node.lineno
        )

    def visit_CondExpr(self, node: nodes.CondExpr) -> Expression:
        assert node.expr2 is not None
        parts = (self.visit(part) for part in (node.test, node.expr1, node.expr2))
        return operations.choice(self.folding, *parts)

    def visit_Compare(self, node: nodes.Compare) -> Expression:
        (operand,) = node.ops  # any infix operator, and only one: see parser.py
        left, right = self.visit(node.expr), self.visit(operand.expr)
        match operand.op:
            case "and" | "&&":
                run = operations.conjunction(left.run, right.run)
            case "or" | "||":
                run = operations.disjunction(left.run, right.run)
            case "??" | "???":
                run = operations.coalesce(left.run, right.run, null_too=operand.op == "??")
            case _:
                return operations.apply(
                    self.folding, operations.INFIX[operand.op], node.lineno, left, right
                )
        return operations.built(self.folding, run, [left, right])

    def visit_Not(self, node: nodes.Not) -> Expression:
        return self._prefixed("not", node)

    def visit_Neg(self, node: nodes.Neg) -> Expression:
        return self._prefixed("-", node)

    def visit_Pos(self, node: nodes.Pos) -> Expression:
        return self._prefixed("+", node)

    def _prefixed(self, operator: str, node: nodes.UnaryExpr) -> Expression:
        operand = self.visit(node.node)
        operate = operations.PREFIX[operator]
        return operations.apply(self.folding, operate, node.lineno, operand)

    def visit_Test(self, node: nodes.Test) -> Expression:
        test = TESTS.get(node.name)
        if test is None:
            raise ExpressionError(f"unknown test '{node.name}'", node.lineno)
        subject = self.visit(node.node)
        if node.name == "defined":
            return operations.built(self.folding, operations.defined(subject.run), [subject])
        return operations.apply(self.folding, test, node.lineno, subject)

    def visit_Filter(self, node: nodes.Filter) -> Expression:
        assert node.node is not None
        filter_ = FILTERS.get(node.name)
        if filter_ is None:
            raise ExpressionError(f"unknown filter '{node.name}'", node.lineno)
        subject = self.visit(node.node)
        if node.name == "default":
            subject = operations.or_null(subject)
        positional, named = self._arguments(node)
        return self._called(
            filter_, "filter", node.name, [subject, *positional], named, node.lineno
        )

    def visit_Call(self, node: nodes.Call) -> Expression:
        called = node.node
        if isinstance(called, nodes.Getattr):
            message = f"'{called.attr}' cannot be called: there are no methods"
            raise ExpressionError(message, called.lineno)
        if not isinstance(called, nodes.Name):
            raise ExpressionError("only functions can be called", node.lineno)
        function = FUNCTIONS.get(called.name)
        if function is None:
            raise ExpressionError(f"unknown function '{called.name}'", called.lineno)
        positional, named = self._arguments(node)
        return self._called(function, "function", called.name, positional, named, called.lineno)

    def _arguments(
        self, node: nodes.Call | nodes.Filter
    ) -> tuple[list[Expression], dict[str, Expression]]:
        spread = node.dyn_args or node.dyn_kwargs
        if spread is not None:
            raise ExpressionError("arguments are given one by one", spread.lineno)
        positional = [self.visit(argument) for argument in node.args]
        named = {str(keyword.key): self.visit(keyword.value) for keyword in node.kwargs}
        return positional, named

    def _called(
        self,
        function: Callable_,
        what: str,
        name: str,
        positional: list[Expression],
        named: dict[str, Expression],
        position: int,
    ) -> Expression:
        what = f"{what} '{name}'"
        try:
            given = bind(function, positional, named)
        except TypeError:
            raise ExpressionError(f"{what} takes {function.usage}", position) from None
        self._check(function, given, position)
        run = operations.invocation(
            function,
            tuple(part.run for part in positional),
            tuple((key, part.run) for key, part in named.items()),
            what,
            position,
        )
        parts = [*positional, *named.values()]
        return operations.built(self.folding, run, parts, pure=function.pure, name=f"{name}(…)")

    def _check(self, function: Callable_, given: dict[str, Any], position: int) -> None:
        """Refuses, where the function can tell, what its literal arguments make fail always."""
        if function.check is None:
            return
        parts = {key: part for key, part in given.items() if isinstance(part, Expression)}
        literal = {key: part.run for key, part in parts.items() if part.constant}
        try:
            function.check({key: run(self.folding) for key, run in literal.items()})
        except ExpressionError as error:
            raise error.at(position) from None

    def visit_List(self, node: nodes.List) -> Expression:
        items = [self.visit(item) for item in node.items]
        runs = tuple(item.run for item in items)

        def run(scope: Scope) -> Any:
            return [item(scope) for item in runs]

        return operations.built(self.folding, run, items, name="the list")

    def visit_Dict(self, node: nodes.Dict) -> Expression:
        keys = [self.visit(pair.key) for pair in node.items]
        items = [self.visit(pair.value) for pair in node.items]
        runs = tuple(zip((k.run for k in keys), (i.run for i in items), strict=True))

        def run(scope: Scope) -> Any:
            return {values.to_text(scope, key(scope)): item(scope) for key, item in runs}

        return operations.built(self.folding, run, [*keys, *items], name="the map")


def _refuse_dunder(name: str, position: int) -> None:
    if name.startswith("__"):
        raise ExpressionError(f"'{name}' is not allowed", position)
