"""Jinja2's parser with Pebble's operators and their binding powers.

Jinja reads the template, names, literals, lists, maps, items, calls, filters and arguments. The
operators are read here, since Pebble's bind otherwise: `??` tighter than `~`, that tighter than
`|`, that tighter than arithmetic (so `a ?? b | upper` is `(a ?? b) | upper`). Beyond Pebble,
`in`, `not in` and `x if y else z` are understood.

Every infix operator becomes a `Compare` of one operand whose `op` is the operator as written:
Jinja's tree takes no new kinds of nodes, and an operator's own place is what messages name.
"""

from jinja2 import nodes
from jinja2.lexer import Token
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lineage.dsl.expressions.scope import ExpressionError
from lineage.dsl.expressions.tokens import MAX_NESTING, PebbleLexer, Tokens

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
_RESERVED = frozenset({"or", "and", "is", "contains", "isIn", "in", "not", "equals", "if", "else"})
_STARTS = frozenset({"name", "string", "integer", "float", "lparen", "lbracket", "lbrace"})


class PebbleParser(Parser):
    """Parses one template. Raises ExpressionError, and for the rest of Jinja's own complaints
    TemplateSyntaxError, whose `lineno` is the position."""

    stream: Tokens

    def __init__(self, source: str) -> None:
        self.depth = 0
        super().__init__(_ENVIRONMENT, source)

    def parse_tuple(
        self,
        simplified: bool = False,
        with_condexpr: bool = True,
        extra_end_rules: tuple[str, ...] | None = None,
        explicit_parentheses: bool = False,
        with_namespace: bool = False,
    ) -> nodes.Expr:
        """What stands between `{{` and `}}` or in parentheses: one expression, never a tuple."""
        if self.stream.current.type == "variable_end":
            raise ExpressionError("the expression is empty", self.stream.current.lineno)
        return self.parse_expression()

    def parse_subscribed(self) -> nodes.Expr:
        """An index: there are no slices."""
        return self.parse_expression()

    def parse_expression(self, with_condexpr: bool = True) -> nodes.Expr:
        """A ternary, in Pebble's or in Jinja's order, or whatever binds tighter."""
        self._go_deeper()
        expression = self._binary(0)
        position = self.stream.current.lineno
        if self.stream.skip_if("?"):
            chosen = self.parse_expression()
            self.stream.expect("colon")
            other = self.parse_expression()
            expression = nodes.CondExpr(expression, chosen, other, lineno=position)
        elif self.stream.skip_if("name:if"):
            condition = self._binary(0)
            self.stream.expect("name:else")
            other = self.parse_expression()
            expression = nodes.CondExpr(condition, expression, other, lineno=position)
        self.depth -= 1
        return expression

    def parse_unary(self, with_filter: bool = True) -> nodes.Expr:
        token = self.stream.current
        negated = token.test("name:not")
        if not negated and token.type not in ("sub", "add"):
            return self.parse_postfix(self.parse_primary())
        next(self.stream)
        self._go_deeper()
        operand = self._binary(_NOT_POWER) if negated else self.parse_unary()
        self.depth -= 1
        kind = nodes.Not if negated else nodes.Neg if token.type == "sub" else nodes.Pos
        return kind(operand, lineno=token.lineno)

    def parse_primary(self, with_namespace: bool = False) -> nodes.Expr:
        token = self.stream.current
        if token.type == "string":
            # Jinja glues neighbouring texts together, which would hide a forgotten comma.
            next(self.stream)
            return nodes.Const(token.value, lineno=token.lineno)
        if token.type not in _STARTS or token.value in _RESERVED:
            raise self.stream.unexpected()
        if token.test("name:null"):
            next(self.stream)
            return nodes.Const(None, lineno=token.lineno)
        return super().parse_primary()

    def parse_test(self, node: nodes.Expr) -> nodes.Expr:
        """`is`, `not` or not, and a name: Pebble's tests take no arguments."""
        negated = self.stream.skip_if("name:not")
        name = self.stream.expect("name")
        test = nodes.Test(node, name.value, [], [], None, None, lineno=name.lineno)
        return nodes.Not(test, lineno=name.lineno) if negated else test

    def _binary(self, power: int) -> nodes.Expr:
        """Operators that bind at least as tightly as `power`, left to right."""
        left = self.parse_unary()
        while True:
            token = self.stream.current
            tightness = -1 if token.type == "string" else _POWERS.get(token.value, -1)
            if tightness < power:
                return left
            left = self._operation(token, left, tightness)

    def _operation(self, token: Token, left: nodes.Expr, power: int) -> nodes.Expr:
        if token.value == "|":
            return self.parse_filter(left) or left
        next(self.stream)
        if token.value == "is":
            return self.parse_test(left)
        negated = token.value == "not"
        if negated:
            self.stream.expect("name:in")
        operand = nodes.Operand("in" if negated else token.value, self._binary(power + 1))
        infix = nodes.Compare(left, [operand], lineno=token.lineno)
        return nodes.Not(infix, lineno=token.lineno) if negated else infix

    def _go_deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            position = self.stream.current.lineno
            raise ExpressionError("the expression is nested too deeply", position)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's settings. Nothing is ever compiled or run in it: it only parses."""

    def __init__(self) -> None:
        super().__init__(keep_trailing_newline=True, cache_size=0)
        self._lexer = PebbleLexer(self)

    @property
    def lexer(self) -> PebbleLexer:
        return self._lexer


_ENVIRONMENT = _Environment()
