"""Parses jq programs into filters."""

import math
from typing import Any

from lineage.dsl.expressions.jq import steps
from lineage.dsl.expressions.jq.functions import FUNCTIONS
from lineage.dsl.expressions.jq.order import arithmetic, whole_if_it_is
from lineage.dsl.expressions.jq.steps import Run
from lineage.dsl.expressions.jq.tokens import Token, unquote
from lineage.dsl.expressions.scope import ExpressionError

MAX_HEIGHT = 50

_CONSTANTS: dict[str, Any] = {"null": None, "true": True, "false": False}


class Parser:
    """Parses a program into closures. Binding, loosest first: `|`, `,`, `//`, `or`, `and`,
    comparisons, `+ -`, `* / %`, postfix."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.height = 0

    def parse(self) -> Run:
        program = self.pipe()
        if self.peek.kind != "end":
            raise self.unexpected()
        return program

    @property
    def peek(self) -> Token:
        return self.tokens[self.index]

    def next(self) -> Token:
        token = self.peek
        self.index += token.kind != "end"
        return token

    def at(self, text: str) -> bool:
        return self.peek.text == text and self.peek.kind in ("operator", "name")

    def take(self, *texts: str) -> str | None:
        text = self.peek.text
        if text in texts and self.peek.kind in ("operator", "name"):
            self.index += 1
            return text
        return None

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.unexpected(f"expected '{text}', ")

    def unexpected(self, hint: str = "") -> ExpressionError:
        text = self.peek.text if self.peek.kind == "end" else f"'{self.peek.text[:40]}'"
        return ExpressionError(f"jq: {hint}unexpected {text}")

    def grow(self) -> None:
        """Every operator may put one closure around another, so it counts as a level."""
        self.height += 1
        if self.height > MAX_HEIGHT:
            raise ExpressionError("jq: the program is too long")

    def pipe(self) -> Run:
        self.grow()
        left = self.comma()
        while self.take("|"):
            self.grow()
            left = steps.piped(left, self.comma())
        return left

    def comma(self) -> Run:
        left = self.alternative()
        while self.take(","):
            self.grow()
            left = steps.both(left, self.alternative())
        return left

    def alternative(self) -> Run:
        left = self.disjunction()
        if self.take("//"):
            self.grow()
            return steps.alternative(left, self.alternative())
        return left

    def disjunction(self) -> Run:
        left = self.conjunction()
        while self.take("or"):
            self.grow()
            left = steps.logical(left, self.conjunction(), decides=True)
        return left

    def conjunction(self) -> Run:
        left = self.comparison()
        while self.take("and"):
            self.grow()
            left = steps.logical(left, self.comparison(), decides=False)
        return left

    def comparison(self) -> Run:
        left = self.sum()
        operator = self.take(*steps.COMPARISONS)
        if operator is None:
            return left
        self.grow()
        return steps.crossed(left, self.sum(), steps.comparing(steps.COMPARISONS[operator]))

    def sum(self) -> Run:
        left = self.product()
        while operator := self.take("+", "-"):
            self.grow()
            left = steps.crossed(left, self.product(), arithmetic(operator))
        return left

    def product(self) -> Run:
        left = self.postfix()
        while operator := self.take("*", "/", "%"):
            self.grow()
            left = steps.crossed(left, self.postfix(), arithmetic(operator))
        return left

    def postfix(self) -> Run:
        term = self.term()
        while True:
            if self.peek.kind == "field":
                term = steps.indexed(term, steps.always(self.next().text[1:]))
            elif self.take("["):
                term = self.bracket(term)
            elif self.take("?"):
                term = steps.optional(term)
            elif self.at(".") and self.tokens[self.index + 1].text == "[":
                self.index += 1
                continue
            elif self.at(".") and self.tokens[self.index + 1].kind == "string":
                self.index += 1
                term = steps.indexed(term, steps.always(unquote(self.next())))
            else:
                return term
            self.grow()

    def bracket(self, term: Run) -> Run:
        if self.take("]"):
            return steps.each(term)
        if self.take(":"):
            end = self.pipe()
            self.expect("]")
            return steps.sliced(term, steps.always(None), end)
        start = self.pipe()
        if self.take(":"):
            end = steps.always(None) if self.at("]") else self.pipe()
            self.expect("]")
            return steps.sliced(term, start, end)
        self.expect("]")
        return steps.indexed(term, start)

    def term(self) -> Run:
        self.grow()
        token = self.next()
        match token.kind, token.text:
            case "number", text:
                return steps.always(_number(text))
            case "string", _:
                return steps.always(unquote(token))
            case "field", text:
                return steps.indexed(steps.identity, steps.always(text[1:]))
            case "name", _:
                return self.named(token)
            case "operator", ".":
                return self.dot()
            case "operator", "(":
                inner = self.pipe()
                self.expect(")")
                return inner
            case "operator", "[":
                return self.array()
            case "operator", "{":
                return self.object()
            case "operator", "-":
                return steps.crossed(steps.always(0), self.postfix(), arithmetic("-"))
        self.index -= token.kind != "end"
        raise self.unexpected()

    def dot(self) -> Run:
        if self.peek.kind == "string":
            return steps.indexed(steps.identity, steps.always(unquote(self.next())))
        return steps.identity

    def array(self) -> Run:
        if self.take("]"):
            return steps.made(list)
        inner = self.pipe()
        self.expect("]")
        return lambda scope, value: [inner(scope, value)]

    def object(self) -> Run:
        entries: list[tuple[Run, Run]] = []
        while not self.at("}"):
            entries.append(self.entry())
            self.grow()
            if not self.take(","):
                break
        self.expect("}")
        return steps.object(tuple(entries))

    def entry(self) -> tuple[Run, Run]:
        token = self.next()
        if token.kind in ("name", "string"):
            name = token.text if token.kind == "name" else unquote(token)
            key = steps.always(name)
            if not self.take(":"):
                return key, steps.indexed(steps.identity, key)
        elif token.text == "(":
            key = self.pipe()
            self.expect(")")
            self.expect(":")
        else:
            self.index -= token.kind != "end"
            raise self.unexpected()
        return key, self.alternative()

    def named(self, token: Token) -> Run:
        name = token.text
        if name in _CONSTANTS:
            return steps.always(_CONSTANTS[name])
        if name == "if":
            return self.condition()
        arguments: list[Run] = []
        if self.take("("):
            arguments.append(self.pipe())
            while self.take(";"):
                arguments.append(self.pipe())
            self.expect(")")
        function = FUNCTIONS.get((name, len(arguments)))
        if function is None:
            raise ExpressionError(f"jq: '{name}/{len(arguments)}' is not supported")
        return function(*arguments)

    def condition(self) -> Run:
        test = self.pipe()
        self.expect("then")
        chosen = self.pipe()
        self.grow()
        if self.take("elif"):
            return steps.conditional(test, chosen, self.condition())
        other = self.pipe() if self.take("else") else steps.identity
        self.expect("end")
        return steps.conditional(test, chosen, other)


def _number(text: str) -> int | float:
    number = int(text) if text.isdecimal() and len(text) <= 40 else float(text)
    if not math.isfinite(number):
        raise ExpressionError(f"jq: the number {text[:40]} is too large")
    return whole_if_it_is(number)
