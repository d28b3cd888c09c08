"""Jinja2's lexer, taught the few signs that are Pebble's alone, and telling where each token is.

Jinja counts lines. A template is mostly one line, and a message names the character, so the
`lineno` of these tokens, and thereby of every node that is parsed from them, is the position
within the template, counted from 1 (a line break, however it is written, is one character).
"""

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Lexer, Token, TokenStream, describe_token_expr, operators

from lineage.dsl.expressions.scope import ExpressionError

MAX_TOKENS = 1_000
MAX_NESTING = 60
MAX_DIGITS = 40

# Pebble's numbers, 12, 12L and 1.5, and its signs; Jinja's 1_000, 0x1f, 1e3, //, ** and ; mean
# nothing to it. A number behind a dot is a key: items.1.2 are two.
_FLOAT = re.compile(r"(?<!\.)\d++\.\d++", re.ASCII)
_INTEGER = re.compile(r"\d++L?", re.ASCII)
_OPERATOR = re.compile(r"\?\?\?|\?\?|==|!=|<=|>=|\.\.|&&|\|\||[-+*/%~|.,:?()\[\]{}<>=]")
_ESCAPE = re.compile(r"\\([\\'\"nrt])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_CLOSING = {")": "(", "]": "[", "}": "{"}
_REFUSED = {
    "block_begin": "statements ({% … %})",
    "raw_begin": "statements ({% … %})",
    "comment_begin": "comments ({# … #})",
}


class Tokens(TokenStream):
    """The tokens of one template, made while they are parsed. `count`: how many there were.

    Raises ExpressionError for statements, comments and whatever is no token.
    """

    def __init__(self, source: str, pieces: Iterator[tuple[int, str, str]]) -> None:
        self.count = 0
        self.start = 1
        self.brackets: list[tuple[str, int]] = []
        super().__init__(self._read(source, pieces), None, None)

    def expect(self, expr: str) -> Token:
        if self.current.test(expr):
            return next(self)
        if expr == "variable_end":
            raise self.unexpected()
        raise self.unexpected(f"expected '{describe_token_expr(expr)}'")

    def unexpected(self, hint: str = "") -> ExpressionError:
        """What to raise about the current token."""
        token = self.current
        if token.type == "eof":
            return ExpressionError("'{{' is never closed", self.start)
        found = "the end" if token.type == "variable_end" else f"'{str(token.value)[:40]}'"
        message = f"{hint}, found {found}" if hint else f"unexpected {found}"
        return ExpressionError(message, token.lineno)

    def _read(self, source: str, pieces: Iterator[tuple[int, str, str]]) -> Iterator[Token]:
        end = 0
        previous = ""
        try:
            for _, kind, text in pieces:
                # Only the space that `{{-` takes away lies between one piece and the next.
                begin = source.index(text, end)
                end = begin + len(text)
                if kind != "whitespace":
                    yield self._token(kind, text, begin + 1, previous)
                    previous = text
        except TemplateSyntaxError:
            raise self._unreadable(source, end) from None

    def _token(self, kind: str, text: str, position: int, previous: str) -> Token:
        self.count += 1
        if self.count > MAX_TOKENS:
            raise ExpressionError(f"the template has more than {MAX_TOKENS} parts", self.start)
        match kind:
            case "name" if text.isidentifier():
                return Token(position, kind, text)
            case "operator":
                self._balance(text, position)
                return Token(position, operators.get(text, text), text)
            case "integer" if previous == ".":
                return Token(position, "name", text)
            case "integer" | "float":
                return Token(position, kind, _number(text, position))
            case "string":
                return Token(position, kind, _unquote(text, position))
            case "variable_begin":
                self.start = position
            case "name":
                raise ExpressionError(f"unexpected character {text[0]!r}", position)
            case _ if kind in _REFUSED:
                message = f"{_REFUSED[kind]} are not allowed, only {{{{ … }}}}"
                raise ExpressionError(message, position)
        return Token(position, kind, text)

    def _balance(self, sign: str, position: int) -> None:
        """Jinja's lexer keeps brackets in balance; this remembers where they were opened."""
        if sign in "([{":
            self.brackets.append((sign, position))
            if len(self.brackets) > MAX_NESTING:
                raise ExpressionError("the expression is nested too deeply", position)
        elif sign in _CLOSING:
            self.brackets.pop()

    def _unreadable(self, source: str, at: int) -> ExpressionError:
        character = source[at]
        if character in _CLOSING:
            if not self.brackets:
                return ExpressionError(f"'{character}' closes nothing", at + 1)
            opened, position = self.brackets[-1]
            return ExpressionError(f"'{opened}' is never closed", position)
        if character in "'\"":
            return ExpressionError("the text is never closed", at + 1)
        return ExpressionError(f"unexpected character {character!r}", at + 1)


class PebbleLexer(Lexer):
    """Jinja's rules for `{{ … }}` with Pebble's signs and numbers."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        rules = self.rules["variable_begin"]
        rule = type(rules[0])
        own = {"float": _FLOAT, "integer": _INTEGER, "operator": _OPERATOR}
        self.rules["variable_begin"] = [
            rule(own.get(str(tokens), pattern), tokens, command)
            for pattern, tokens, command in rules
        ]

    def tokenize(
        self,
        source: str,
        name: str | None = None,
        filename: str | None = None,
        state: str | None = None,
    ) -> Tokens:
        lines = self._normalize_newlines(source) if "\r" in source else source
        return Tokens(lines, self.tokeniter(lines, name, filename, state))


def _number(text: str, position: int) -> Any:
    if len(text) > MAX_DIGITS:
        raise ExpressionError("the number has too many digits", position)
    return float(text) if "." in text else int(text.removesuffix("L"))


def _unquote(text: str, position: int) -> str:
    """The text between the quotes. Other escapes than quotes, backslash, n, r and t stay as typed
    (Jinja would read \\d), so that the regular expressions people pass keep their backslashes."""
    body = text[1:-1]
    if text[0] == '"' and "#{" in body:
        raise ExpressionError("#{…} inside a text is not supported; use ~", position)
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), body)
