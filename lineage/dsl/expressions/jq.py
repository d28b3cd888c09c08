"""The part of jq that selects and reshapes, interpreted here.

The C library cannot be interrupted, and its language loops forever, reads files and the
environment; `(.,.) | (.,.) | …` alone doubles its work with every step. So programs are parsed
and run here, out of the expression's purse: paths, slices, pipes, commas, construction,
comparison, arithmetic, `if`, and the functions in `_FUNCTIONS`. Everything else is refused by
name: variables, `def`, `reduce`, `range`, regular expressions, string interpolation, formats.
"""

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lineage.dsl.expressions.jq_builtins import FUNCTIONS, arithmetic, compare, is_truthy
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import is_number, kind

MAX_PROGRAM = 2_000
MAX_HEIGHT = 50

# One jq filter: an input gives any number of outputs. Each output is paid for.
Run = Callable[[Scope, Any], list[Any]]

_TOKEN = re.compile(
    r"""
    (?P<space>\s++)
  | (?P<number>\d++(?:\.\d++)?+(?:[eE][-+]?\d++)?+)
  | (?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")
  | (?P<field>\.[A-Za-z_]\w*+)
  | (?P<name>[A-Za-z_]\w*+)
  | (?P<other>[$@]\w*+|\.\.|\?//|[|+*/%-]=|//=?|=)(?!=)
  | (?P<operator>==|!=|<=|>=|//|[-+*/%|,.:?()\[\]{}<>;])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_CONSTANTS = {"null": None, "true": True, "false": False}


class _Token(NamedTuple):
    kind: str
    text: str


def run(scope: Scope, program: str, value: Any) -> list[Any]:
    """All outputs of a program for one input; raises ExpressionError."""
    if len(program) > MAX_PROGRAM:
        raise ExpressionError(f"the jq program is longer than {MAX_PROGRAM} characters")
    scope.spend(1 + len(program) // 4)
    return _parsed(program)(scope, value)


@functools.lru_cache(maxsize=256)
def _parsed(program: str) -> Run:
    return _Parser(_tokens(program)).parse()


def _tokens(program: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(program):
        match = _TOKEN.match(program, position)
        if match is None:
            raise ExpressionError(f"jq: unexpected {program[position]!r}")
        position = match.end()
        name, text = match.lastgroup or "", match[0]
        if name == "other" and text != "//":
            raise ExpressionError(f"jq: '{text}' is not supported")
        if name != "space":
            tokens.append(_Token("operator" if name == "other" else name, text))
    tokens.append(_Token("end", "the end"))
    return tokens


class _Parser:
    """Parses a program into closures. Binding, loosest first: `|`, `,`, `//`, `or`, `and`,
    comparisons, `+ -`, `* / %`, postfix."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.height = 0

    def parse(self) -> Run:
        program = self.pipe()
        if self.peek.kind != "end":
            raise self.unexpected()
        return program

    @property
    def peek(self) -> _Token:
        return self.tokens[self.index]

    def next(self) -> _Token:
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
            left = _piped(left, self.comma())
        return left

    def comma(self) -> Run:
        left = self.alternative()
        while self.take(","):
            self.grow()
            left = _both(left, self.alternative())
        return left

    def alternative(self) -> Run:
        left = self.disjunction()
        if self.take("//"):
            self.grow()
            return _alternative(left, self.alternative())
        return left

    def disjunction(self) -> Run:
        left = self.conjunction()
        while self.take("or"):
            self.grow()
            left = _logical(left, self.conjunction(), decides=True)
        return left

    def conjunction(self) -> Run:
        left = self.comparison()
        while self.take("and"):
            self.grow()
            left = _logical(left, self.comparison(), decides=False)
        return left

    def comparison(self) -> Run:
        left = self.sum()
        operator = self.take(*_COMPARISONS)
        if operator is None:
            return left
        self.grow()
        return _crossed(left, self.sum(), _comparing(_COMPARISONS[operator]))

    def sum(self) -> Run:
        left = self.product()
        while operator := self.take("+", "-"):
            self.grow()
            left = _crossed(left, self.product(), arithmetic(operator))
        return left

    def product(self) -> Run:
        left = self.postfix()
        while operator := self.take("*", "/", "%"):
            self.grow()
            left = _crossed(left, self.postfix(), arithmetic(operator))
        return left

    def postfix(self) -> Run:
        term = self.term()
        while True:
            if self.peek.kind == "field":
                term = _indexed(term, _always(self.next().text[1:]))
            elif self.take("["):
                term = self.bracket(term)
            elif self.take("?"):
                term = _optional(term)
            elif self.at(".") and self.tokens[self.index + 1].text == "[":
                self.index += 1
                continue
            elif self.at(".") and self.tokens[self.index + 1].kind == "string":
                self.index += 1
                term = _indexed(term, _always(_string(self.next())))
            else:
                return term
            self.grow()

    def bracket(self, term: Run) -> Run:
        if self.take("]"):
            return _each(term)
        if self.take(":"):
            end = self.pipe()
            self.expect("]")
            return _sliced(term, _always(None), end)
        start = self.pipe()
        if self.take(":"):
            end = _always(None) if self.at("]") else self.pipe()
            self.expect("]")
            return _sliced(term, start, end)
        self.expect("]")
        return _indexed(term, start)

    def term(self) -> Run:
        self.grow()
        token = self.next()
        match token.kind, token.text:
            case "number", text:
                return _always(float(text) if not text.isdecimal() else int(text))
            case "string", _:
                return _always(_string(token))
            case "field", text:
                return _indexed(_identity, _always(text[1:]))
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
                return _crossed(_always(0), self.postfix(), arithmetic("-"))
        self.index -= token.kind != "end"
        raise self.unexpected()

    def dot(self) -> Run:
        if self.peek.kind == "string":
            return _indexed(_identity, _always(_string(self.next())))
        return _identity

    def array(self) -> Run:
        if self.take("]"):
            return _made(list)
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
        return _object(tuple(entries))

    def entry(self) -> tuple[Run, Run]:
        token = self.next()
        if token.kind in ("name", "string"):
            name = token.text if token.kind == "name" else _string(token)
            key = _always(name)
            if not self.take(":"):
                return key, _indexed(_identity, key)
        elif token.text == "(":
            key = self.pipe()
            self.expect(")")
            self.expect(":")
        else:
            self.index -= token.kind != "end"
            raise self.unexpected()
        return key, self.alternative()

    def named(self, token: _Token) -> Run:
        name = token.text
        if name in _CONSTANTS:
            return _always(_CONSTANTS[name])
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
            return _conditional(test, chosen, self.condition())
        other = self.pipe() if self.take("else") else _identity
        self.expect("end")
        return _conditional(test, chosen, other)


def _string(token: _Token) -> str:
    if r"\(" in token.text.replace(r"\\", ""):
        raise ExpressionError(r"jq: '\(…)' inside a text is not supported")
    try:
        text = json.loads(token.text, strict=False)
    except ValueError:
        raise ExpressionError(f"jq: the text {token.text[:40]} is not valid") from None
    return text if isinstance(text, str) else ""


def _identity(scope: Scope, value: Any) -> list[Any]:
    return [value]


def _always(constant: Any) -> Run:
    return lambda scope, value: [constant]


def _made(make: Callable[[], Any]) -> Run:
    return lambda scope, value: [make()]


def _piped(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for item in left(scope, value):
            outputs = right(scope, item)
            scope.spend(1 + len(outputs))
            found += outputs
        return found

    return run


def _both(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found = left(scope, value) + right(scope, value)
        scope.spend(len(found))
        return found

    return run


def _alternative(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        try:
            found = [item for item in left(scope, value) if is_truthy(item)]
        except ExpressionError:
            scope.spend(1)
            found = []
        return found or right(scope, value)

    return run


def _logical(left: Run, right: Run, *, decides: bool) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for first in left(scope, value):
            if is_truthy(first) == decides:
                found.append(decides)
            else:
                found += [is_truthy(second) for second in right(scope, value)]
            scope.spend(1 + len(found))
        return found

    return run


def _comparing(accept: Callable[[int], bool]) -> Callable[[Scope, Any, Any], Any]:
    return lambda scope, left, right: accept(compare(scope, left, right))


def _crossed(left: Run, right: Run, operate: Callable[[Scope, Any, Any], Any]) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        firsts, seconds = left(scope, value), right(scope, value)
        scope.spend(1 + len(firsts) * len(seconds))
        return [operate(scope, first, second) for second in seconds for first in firsts]

    return run


def _optional(term: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        try:
            return term(scope, value)
        except ExpressionError:
            scope.spend(1)
            return []

    return run


def _each(term: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for container in term(scope, value):
            if isinstance(container, Mapping):
                children = list(container.values())
            elif isinstance(container, list | tuple):
                children = list(container)
            else:
                raise ExpressionError(f"jq: cannot iterate over {kind(container)}")
            scope.spend(1 + len(children))
            found += children
        return found

    return run


def _indexed(term: Run, index: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        keys = index(scope, value)
        containers = term(scope, value)
        scope.spend(1 + len(keys) * len(containers))
        return [_at(container, key) for container in containers for key in keys]

    return run


def _at(container: Any, key: Any) -> Any:
    if container is None and (key is None or isinstance(key, str) or is_number(key)):
        return None
    if isinstance(container, Mapping) and isinstance(key, str):
        return container.get(key)
    if isinstance(container, list | tuple) and is_number(key):
        position = int(key // 1)
        inside = -len(container) <= position < len(container)
        return container[position] if inside else None
    raise ExpressionError(f"jq: cannot index {kind(container)} with {_key(key)}")


def _key(key: Any) -> str:
    return f"'{key[:40]}'" if isinstance(key, str) else kind(key)


def _sliced(term: Run, start: Run, end: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found = []
        for container in term(scope, value):
            for last in end(scope, value):
                for first in start(scope, value):
                    found.append(_slice(container, first, last))
                    scope.spend(1 + (len(found[-1]) if found[-1] else 0))
        return found

    return run


def _slice(container: Any, first: Any, last: Any) -> Any:
    if container is None:
        return None
    bounds_fit = all(bound is None or isinstance(bound, int) for bound in (first, last))
    if not bounds_fit or not isinstance(container, str | list | tuple):
        raise ExpressionError(f"jq: cannot slice {kind(container)}")
    return container[first:last]


def _object(entries: tuple[tuple[Run, Run], ...]) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[dict[str, Any]] = [{}]
        for key, item in entries:
            names, items = key(scope, value), item(scope, value)
            scope.spend(
                len(found) * len(names) * len(items) * (1 + len(found[0] if found else ()))
            )
            if not all(isinstance(name, str) for name in names):
                raise ExpressionError("jq: the keys of an object must be text")
            found = [{**made, n: i} for i in items for n in names for made in found]
        return found

    return run


def _conditional(test: Run, chosen: Run, other: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for outcome in test(scope, value):
            found += (chosen if is_truthy(outcome) else other)(scope, value)
            scope.spend(1 + len(found))
        return found

    return run
