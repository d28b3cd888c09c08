"""Parses the tokens of an expression and turns them into closures, in one pass.

The grammar is Pebble's with Kestra's additions, and its binding powers: `??` binds tighter than
`~`, that tighter than `|`, that tighter than arithmetic (so `a ?? b | upper` is `(a ?? b) |
upper`). Beyond Pebble, `in`, `not in` and `x if y else z` are understood. There are no
statements, no assignments, no method calls, and no attribute access but to keys of maps and
items of lists.
"""

from typing import Any

from lineage.dsl.expressions import operations, values
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.functions import FUNCTIONS
from lineage.dsl.expressions.library import Callable_, bind
from lineage.dsl.expressions.operations import MAX_HEIGHT, Expression
from lineage.dsl.expressions.predicates import TESTS
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.tokens import Token, unquote

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
            expression = operations.choice(expression, chosen, self.expression(), position)
        elif self.take("if"):
            condition = self.binary(0)
            self.expect("else")
            expression = operations.choice(condition, expression, self.expression(), position)
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
                held = operations.apply(
                    operations.INFIX["in"], position, left, self.binary(power + 1)
                )
                return operations.apply(operations.NOT, position, held)
            case "and" | "&&":
                right = self.binary(power + 1)
                run = operations.conjunction(left.run, right.run)
                return operations.built(run, position, [left, right])
            case "or" | "||":
                right = self.binary(power + 1)
                run = operations.disjunction(left.run, right.run)
                return operations.built(run, position, [left, right])
            case "??" | "???":
                right = self.binary(power + 1)
                run = operations.coalesce(left.run, right.run, null_too=token.text == "??")
                return operations.built(run, position, [left, right])
        return operations.apply(
            operations.INFIX[token.text], position, left, self.binary(power + 1)
        )

    def unary(self) -> Expression:
        token = self.peek
        if token.kind in ("operator", "name") and token.text in ("not", "-", "+"):
            self.next()
            self.depth += 1
            if self.depth > MAX_HEIGHT:
                raise ExpressionError("the expression is nested too deeply", token.position)
            operand = self.binary(_NOT_POWER if token.text == "not" else _SIGN_POWER)
            self.depth -= 1
            return operations.apply(operations.PREFIX[token.text], token.position, operand)
        return self.postfix(self.primary())

    def primary(self) -> Expression:
        token = self.next()
        match token.kind:
            case "string":
                return operations.constant(unquote(token), "the text")
            case "number":
                return operations.constant(_number(token), token.text)
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
            return operations.constant(_CONSTANTS[token.text], token.text)
        if token.text in _RESERVED:
            raise ExpressionError(f"unexpected '{token.text}'", token.position)
        _refuse_dunder(token)
        return Expression(operations.name_of(token.text, token.position), False, 1, token.text)

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
                index = operations.constant(key.text, key.text)
                name = f"{expression.name}.{key.text}"
            else:
                index = self.expression()
                self.expect("]")
                name = f"{expression.name}[…]"
            expression = operations.item(expression, index, name, token.position)
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
            subject = operations.or_null(subject)
        return self.called(filter_, token, "filter", [subject])

    def tested(self, subject: Expression, position: int) -> Expression:
        negated = self.take("not")
        token = self.next()
        test = TESTS.get(token.text)
        if token.kind != "name" or test is None:
            raise ExpressionError(f"unknown test '{token.text}'", token.position)
        if token.text == "defined":
            outcome = operations.built(operations.defined(subject.run), position, [subject])
        else:
            outcome = operations.apply(test, position, subject)
        return operations.apply(operations.NOT, position, outcome) if negated else outcome

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
        run = operations.invocation(
            function, runs, named_runs, f"{what} '{token.text}'", token.position
        )
        return operations.built(
            run, token.position, parts, pure=function.pure, name=f"{token.text}(…)"
        )

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

        return operations.built(run, token.position, items, name="the list")

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

        return operations.built(run, token.position, [*keys, *items], name="the map")


def _number(token: Token) -> int | float:
    text = token.text.removesuffix("L")
    if len(text) > 40:
        raise ExpressionError("the number has too many digits", token.position)
    return float(text) if "." in text else int(text)


def _refuse_dunder(token: Token) -> None:
    if token.text.startswith("__"):
        raise ExpressionError(f"'{token.text}' is not allowed", token.position)
