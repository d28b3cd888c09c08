"""What expressions are made of: closures over closures, each evaluating one part.

Parts that depend on nothing are evaluated while compiling, under a small purse: a template that
can only fail is refused when the flow is registered. `folding` is that purse, one for the whole
template.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from lineage.dsl.expressions import values
from lineage.dsl.expressions.functions import FUNCTIONS
from lineage.dsl.expressions.library import Callable_
from lineage.dsl.expressions.scope import ExpressionError, Missing, Scope

FOLDING_UNITS = 10_000

Run = Callable[[Scope], Any]


class Expression(NamedTuple):
    """A compiled part. `constant`: depends on nothing, so it was evaluated already. `name`: how
    messages call it."""

    run: Run
    constant: bool
    name: str


def constant(value: Any, name: str) -> Expression:
    return Expression(lambda scope: value, True, name)


def name_of(name: str, position: int) -> Run:
    def run(scope: Scope) -> Any:
        try:
            return scope.names[name]
        except KeyError:
            raise Missing(f"'{name}' is not defined", position) from None

    return run


def item(
    folding: Scope, container: Expression, index: Expression, name: str, position: int
) -> Expression:
    outer, inner, path = container.run, index.run, container.name

    def run(scope: Scope) -> Any:
        try:
            return values.look_up(outer(scope), inner(scope), path)
        except ExpressionError as error:
            raise error.at(position) from None

    return built(folding, run, [container, index], name=name)


def apply(
    folding: Scope, operate: Callable[..., Any], position: int, *parts: Expression
) -> Expression:
    if len(parts) == 1:
        (only,) = (part.run for part in parts)

        def run(scope: Scope) -> Any:
            try:
                return operate(scope, only(scope))
            except ExpressionError as error:
                raise error.at(position) from None
    else:
        left, right = (part.run for part in parts)

        def run(scope: Scope) -> Any:
            try:
                return operate(scope, left(scope), right(scope))
            except ExpressionError as error:
                raise error.at(position) from None

    return built(folding, run, parts)


def built(
    folding: Scope,
    run: Run,
    parts: Iterable[Expression],
    *,
    pure: bool = True,
    name: str = "the value",
) -> Expression:
    parts = tuple(parts)
    if not (pure and all(part.constant for part in parts)):
        return Expression(run, False, name)
    value = run(folding)
    if isinstance(value, list | dict):
        # Built anew each time, so that nobody can change what is cached.
        return Expression(run, True, name)
    return constant(value, name)


def choice(
    folding: Scope, condition: Expression, chosen: Expression, other: Expression
) -> Expression:
    test, then, otherwise = condition.run, chosen.run, other.run

    def run(scope: Scope) -> Any:
        return then(scope) if values.is_true(test(scope)) else otherwise(scope)

    return built(folding, run, [condition, chosen, other])


def conjunction(left: Run, right: Run) -> Run:
    return lambda scope: values.is_true(left(scope)) and values.is_true(right(scope))


def disjunction(left: Run, right: Run) -> Run:
    return lambda scope: values.is_true(left(scope)) or values.is_true(right(scope))


def coalesce(left: Run, right: Run, *, null_too: bool) -> Run:
    def run(scope: Scope) -> Any:
        try:
            value = left(scope)
        except Missing:
            return right(scope)
        return right(scope) if null_too and value is None else value

    return run


def or_null(subject: Expression) -> Expression:
    run = coalesce(subject.run, lambda scope: None, null_too=False)
    return subject._replace(run=run)


def defined(subject: Run) -> Run:
    def run(scope: Scope) -> bool:
        try:
            return subject(scope) is not None
        except Missing:
            return False

    return run


def invocation(
    function: Callable_,
    runs: tuple[Run, ...],
    named: tuple[tuple[str, Run], ...],
    what: str,
    position: int,
) -> Run:
    call = function.call

    def run(scope: Scope) -> Any:
        try:
            arguments = [argument(scope) for argument in runs]
            options = {key: argument(scope) for key, argument in named}
            return call(scope, *arguments, **options)
        except ExpressionError as error:
            raise error.at(position) from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise ExpressionError(f"{what} failed: {error}", position) from None

    return run


def _sign(sign: int) -> Callable[[Scope, Any], Any]:
    return lambda scope, value: values.calculate("*", value, sign)


def _compared(accept: Callable[[int], bool]) -> Callable[[Scope, Any, Any], bool]:
    return lambda scope, left, right: accept(values.compare(scope, left, right))


def _calculated(operator: str) -> Callable[[Scope, Any, Any], Any]:
    return lambda scope, left, right: values.calculate(operator, left, right)


def _in(scope: Scope, item: Any, container: Any) -> bool:
    return values.contains(scope, container, item)


def _range(scope: Scope, first: Any, last: Any) -> list[int]:
    return FUNCTIONS["range"].call(scope, first, last)


def NOT(scope: Scope, value: Any) -> bool:
    return not values.is_true(value)


PREFIX: dict[str, Callable[..., Any]] = {"not": NOT, "-": _sign(-1), "+": _sign(1)}
INFIX: dict[str, Callable[..., Any]] = {
    "==": values.equal,
    "equals": values.equal,
    "!=": lambda scope, left, right: not values.equal(scope, left, right),
    "<": _compared(lambda order: order < 0),
    ">": _compared(lambda order: order > 0),
    "<=": _compared(lambda order: order <= 0),
    ">=": _compared(lambda order: order >= 0),
    "contains": values.contains,
    "in": _in,
    "isIn": _in,
    "+": values.add,
    "-": _calculated("-"),
    "*": _calculated("*"),
    "/": _calculated("/"),
    "%": _calculated("%"),
    "~": values.concatenate,
    "..": _range,
}
