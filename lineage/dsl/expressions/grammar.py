"""Parses expressions and turns them into closures, in one pass.

The grammar is Pebble's with Kestra's additions, and its binding powers: `??` binds tighter than
`~`, that tighter than `|`, that tighter than arithmetic (so `a ?? b | upper` is `(a ?? b) |
upper`). Beyond Pebble, `in`, `not in` and `x if y else z` are understood. There are no
statements, no assignments, no method calls, and no attribute access but to keys of maps and
items of lists.

Parts that depend on nothing are evaluated while compiling, under a small purse: a template that
can only fail is refused when the flow is registered.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from lineage.dsl.expressions import values
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.functions import FUNCTIONS
from lineage.dsl.expressions.library import Callable_, bind
from lineage.dsl.expressions.predicates import TESTS
from lineage.dsl.expressions.scope import ExpressionError, Missing, Scope
from lineage.dsl.expressions.tokens import Token, unquote

MAX_HEIGHT = 60
FOLDING_UNITS = 5_000

Run = Callable[[Scope], Any]

# Pebble's CoreExtension and Kestra's additions; `not` binds looser than comparisons here, since
# nobody means `(not a) == b`.
_POWERS = {
    "or": 10, "||": 10, "and": 15, "&&": 15,
    "is": 20, "contains": 20, "isIn": 20, "in": 20, "not": 20,
    "==": 30, "equals": 30, "!=": 30, ">": 30, "<": 30, ">=": 30, "<=": 30,
    "+": 40, "-": 40, "*": 60, "/": 60, "%": 60,
    "|": 100, "~": 110, "??": 120, "???": 120, "..": 120,
}  # fmt: skip
_NOT_POWER = 18
_SIGN_POWER = 500
_CONSTANTS = {"null": None, "none": None, "true": True, "false": False}
_RESERVED = frozenset({"or", "and", "is", "contains", "isIn", "in", "not", "equals", "if", "else"})


class Expression(NamedTuple):
    """A compiled part. `constant`: depends on nothing, so it was evaluated already. `name`: how
    messages call it. `height`: how deep its closures nest, which bounds recursion."""

    run: Run
    constant: bool
    height: int
    name: str


class Parser:
    """Parses the tokens of one expression."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0

    def parse(self) -> Expression:
        """The whole expression; raises ExpressionError where it makes no sense."""
        if self.peek.kind == "end":
            raise ExpressionError("the expression is empty", self.peek.position)
        expression = self.expression()
        if self.peek.kind != "end":
            raise self.unexpected()
        return expression

    @property
    def peek(self) -> Token:
        return self.tokens[self.index]

    def next(self) -> Token:
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.peek.text in texts and self.peek.kind in ("operator", "name")

    def take(self, text: str) -> bool:
        taken = self.at(text)
        self.index += taken
        return taken

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.unexpected(f"expected '{text}'")
        return self.next()

    def unexpected(self, hint: str = "") -> ExpressionError:
        token = self.peek
        found = token.text if token.kind == "end" else f"'{token.text[:40]}'"
        message = f"{hint}, found {found}" if hint else f"unexpected {found}"
        return ExpressionError(message, token.position)

    def expression(self) -> Expression:
        """A ternary, or whatever binds tighter."""
        self.depth += 1
        if self.depth > MAX_HEIGHT:
            raise ExpressionError("the expression is nested too deeply", self.peek.position)
        expression = self.binary(0)
        position = self.peek.position
        if self.take("?"):
            chosen = self.expression()
            self.expect(":")
            expression = _choice(expression, chosen, self.expression(), position)
        elif self.take("if"):
            condition = self.binary(0)
            self.expect("else")
            expression = _choice(condition, expression, self.expression(), position)
        self.depth -= 1
        return expression

    def binary(self, power: int) -> Expression:
        """Operators that bind at least as tightly as `power`, left to right."""
        left = self.unary()
        while True:
            token = self.peek
            if token.kind not in ("operator", "name"):
                return left
            tightness = _POWERS.get(token.text)
            if tightness is None or tightness < power:
                return left
            self.next()
            left = self.operation(token, left, tightness)

    def operation(self, token: Token, left: Expression, power: int) -> Expression:
        position = token.position
        match token.text:
            case "|":
                return self.filtered(left, position)
            case "is":
                return self.tested(left, position)
            case "not":
                self.expect("in")
                held = _apply(_INFIX["in"], position, left, self.binary(power + 1))
                return _apply(_NOT, position, held)
            case "and" | "&&":
                right = self.binary(power + 1)
                return _lazy(_and(left.run, right.run), position, left, right)
            case "or" | "||":
                right = self.binary(power + 1)
                return _lazy(_or(left.run, right.run), position, left, right)
            case "??" | "???":
                right = self.binary(power + 1)
                coalesce = _coalesce(left.run, right.run, null_too=token.text == "??")
                return _lazy(coalesce, position, left, right)
        return _apply(_INFIX[token.text], position, left, self.binary(power + 1))

    def unary(self) -> Expression:
        token = self.peek
        if token.kind in ("operator", "name") and token.text in ("not", "-", "+"):
            self.next()
            self.depth += 1
            if self.depth > MAX_HEIGHT:
                raise ExpressionError("the expression is nested too deeply", token.position)
            operand = self.binary(_NOT_POWER if token.text == "not" else _SIGN_POWER)
            self.depth -= 1
            return _apply(_PREFIX[token.text], token.position, operand)
        return self.postfix(self.primary())

    def primary(self) -> Expression:
        token = self.next()
        match token.kind:
            case "string":
                return _constant(unquote(token), "the text")
            case "number":
                return _constant(_number(token), token.text)
            case "name":
                return self.named(token)
        if token.text == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if token.text == "[":
            return self.list_literal(token)
        if token.text == "{":
            return self.map_literal(token)
        self.index -= token.kind != "end"
        raise self.unexpected()

    def named(self, token: Token) -> Expression:
        if self.at("("):
            return self.call(token)
        if token.text in _CONSTANTS:
            return _constant(_CONSTANTS[token.text], token.text)
        if token.text in _RESERVED:
            raise ExpressionError(f"unexpected '{token.text}'", token.position)
        _refuse_dunder(token)
        return Expression(_name(token.text, token.position), False, 1, token.text)

    def postfix(self, expression: Expression) -> Expression:
        while self.at(".", "["):
            token = self.next()
            if token.text == ".":
                key = self.next()
                if key.kind not in ("name", "number"):
                    raise ExpressionError(f"expected a name after '{expression.name}.'",
                                          key.position)  # fmt: skip
                _refuse_dunder(key)
                if self.at("("):
                    raise ExpressionError(
                        f"'{key.text}' cannot be called: there are no methods", key.position
                    )
                index = _constant(key.text, key.text)
                name = f"{expression.name}.{key.text}"
            else:
                index = self.expression()
                self.expect("]")
                name = f"{expression.name}[…]"
            expression = _item(expression, index, name, token.position)
        return expression

    def call(self, token: Token) -> Expression:
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise ExpressionError(f"unknown function '{token.text}'", token.position)
        return self.called(function, token, "function", [])

    def filtered(self, subject: Expression, position: int) -> Expression:
        token = self.next()
        if token.kind != "name":
            raise ExpressionError("expected the name of a filter after '|'", token.position)
        filter_ = FILTERS.get(token.text)
        if filter_ is None:
            raise ExpressionError(f"unknown filter '{token.text}'", token.position)
        if token.text == "default":
            subject = _or_null(subject)
        return self.called(filter_, token, "filter", [subject])

    def tested(self, subject: Expression, position: int) -> Expression:
        negated = self.take("not")
        token = self.next()
        test = TESTS.get(token.text)
        if token.kind != "name" or test is None:
            raise ExpressionError(f"unknown test '{token.text}'", token.position)
        if token.text == "defined":
            outcome = _lazy(_defined(subject.run), position, subject)
        else:
            outcome = _apply(test, position, subject)
        return _apply(_NOT, position, outcome) if negated else outcome

    def called(
        self, function: Callable_, token: Token, what: str, leading: list[Expression]
    ) -> Expression:
        positional, named = self.arguments() if self.at("(") else ([], {})
        try:
            bind(function, len(leading) + len(positional), named)
        except TypeError:
            raise ExpressionError(
                f"{what} '{token.text}' takes {function.usage}", token.position
            ) from None
        parts = [*leading, *positional, *named.values()]
        runs = tuple(part.run for part in (*leading, *positional))
        named_runs = tuple((key, part.run) for key, part in named.items())
        run = _invocation(function, runs, named_runs, f"{what} '{token.text}'", token.position)
        return _built(run, token.position, parts, pure=function.pure, name=f"{token.text}(…)")

    def arguments(self) -> tuple[list[Expression], dict[str, Expression]]:
        positional: list[Expression] = []
        named: dict[str, Expression] = {}
        self.expect("(")
        while not self.at(")"):
            token = self.peek
            following = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
            if token.kind == "name" and following.text == "=" and following.kind == "operator":
                self.index += 2
                named[token.text] = self.expression()
            elif named:
                raise self.unexpected("expected a named argument")
            else:
                positional.append(self.expression())
            if not self.take(","):
                break
        self.expect(")")
        return positional, named

    def list_literal(self, token: Token) -> Expression:
        items: list[Expression] = []
        while not self.at("]"):
            items.append(self.expression())
            if not self.take(","):
                break
        self.expect("]")
        runs = tuple(item.run for item in items)

        def run(scope: Scope) -> Any:
            return [item(scope) for item in runs]

        return _built(run, token.position, items, name="the list")

    def map_literal(self, token: Token) -> Expression:
        keys: list[Expression] = []
        items: list[Expression] = []
        while not self.at("}"):
            keys.append(self.expression())
            self.expect(":")
            items.append(self.expression())
            if not self.take(","):
                break
        self.expect("}")
        runs = tuple(zip((k.run for k in keys), (i.run for i in items), strict=True))

        def run(scope: Scope) -> Any:
            return {values.to_text(scope, key(scope)): item(scope) for key, item in runs}

        return _built(run, token.position, [*keys, *items], name="the map")


def _number(token: Token) -> int | float:
    text = token.text.removesuffix("L")
    if len(text) > 40:
        raise ExpressionError("the number has too many digits", token.position)
    return float(text) if "." in text else int(text)


def _refuse_dunder(token: Token) -> None:
    if token.text.startswith("__"):
        raise ExpressionError(f"'{token.text}' is not allowed", token.position)


def _constant(value: Any, name: str) -> Expression:
    return Expression(lambda scope: value, True, 1, name)


def _name(name: str, position: int) -> Run:
    def run(scope: Scope) -> Any:
        try:
            return scope.names[name]
        except KeyError:
            raise Missing(f"'{name}' is not defined", position) from None

    return run


def _item(container: Expression, index: Expression, name: str, position: int) -> Expression:
    outer, inner, path = container.run, index.run, container.name

    def run(scope: Scope) -> Any:
        try:
            return values.look_up(outer(scope), inner(scope), path)
        except ExpressionError as error:
            raise error.at(position) from None

    return _built(run, position, [container, index], name=name)


def _apply(operate: Callable[..., Any], position: int, *parts: Expression) -> Expression:
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

    return _built(run, position, parts)


def _lazy(run: Run, position: int, *parts: Expression) -> Expression:
    return _built(run, position, parts)


def _built(
    run: Run,
    position: int,
    parts: Iterable[Expression],
    *,
    pure: bool = True,
    name: str = "the value",
) -> Expression:
    parts = tuple(parts)
    height = 1 + max((part.height for part in parts), default=0)
    if height > MAX_HEIGHT:
        raise ExpressionError("the expression is nested too deeply", position)
    if not (pure and all(part.constant for part in parts)):
        return Expression(run, False, height, name)
    value = run(Scope({}, units=FOLDING_UNITS))
    if isinstance(value, list | dict):
        # Built anew each time, so that nobody can change what is cached.
        return Expression(run, True, height, name)
    return _constant(value, name)


def _choice(
    condition: Expression, chosen: Expression, other: Expression, position: int
) -> Expression:
    test, then, otherwise = condition.run, chosen.run, other.run

    def run(scope: Scope) -> Any:
        return then(scope) if values.is_true(test(scope)) else otherwise(scope)

    return _lazy(run, position, condition, chosen, other)


def _and(left: Run, right: Run) -> Run:
    return lambda scope: values.is_true(left(scope)) and values.is_true(right(scope))


def _or(left: Run, right: Run) -> Run:
    return lambda scope: values.is_true(left(scope)) or values.is_true(right(scope))


def _coalesce(left: Run, right: Run, *, null_too: bool) -> Run:
    def run(scope: Scope) -> Any:
        try:
            value = left(scope)
        except Missing:
            return right(scope)
        return right(scope) if null_too and value is None else value

    return run


def _or_null(subject: Expression) -> Expression:
    run = _coalesce(subject.run, lambda scope: None, null_too=False)
    return subject._replace(run=run)


def _defined(subject: Run) -> Run:
    def run(scope: Scope) -> bool:
        try:
            return subject(scope) is not None
        except Missing:
            return False

    return run


def _invocation(
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
    return lambda scope, left, right: accept(values.compare(left, right))


def _calculated(operator: str) -> Callable[[Scope, Any, Any], Any]:
    return lambda scope, left, right: values.calculate(operator, left, right)


def _in(scope: Scope, item: Any, container: Any) -> bool:
    return values.contains(scope, container, item)


def _range(scope: Scope, first: Any, last: Any) -> list[int]:
    return FUNCTIONS["range"].call(scope, first, last)


def _NOT(scope: Scope, value: Any) -> bool:
    return not values.is_true(value)


_PREFIX: dict[str, Callable[..., Any]] = {"not": _NOT, "-": _sign(-1), "+": _sign(1)}
_INFIX: dict[str, Callable[..., Any]] = {
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
