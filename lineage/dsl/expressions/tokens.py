"""Cuts a template into literal text and the tokens of its `{{ … }}` expressions."""

import re
from typing import NamedTuple

from lineage.dsl.expressions.scope import ExpressionError

MAX_TEMPLATE = 65_536
MAX_TOKENS = 2_000

_TOKEN = re.compile(
    r"""
    (?P<space>\s++)
  | (?P<number>\d++(?:\.\d++)?+L?)
  | (?P<name>[A-Za-z_]\w*+)
  | (?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+')
  | (?P<operator>\?\?\?|\?\?|==|!=|<=|>=|\.\.|&&|\|\||[-+*/%~|.,:?()\[\]{}<>=])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_OPENING = re.compile(r"\{[{%#]")
_ESCAPE = re.compile(r"\\([\\'\"nrt])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_CLOSING = {")": "(", "]": "[", "}": "{"}


class Token(NamedTuple):
    """`kind` is name, number, string, operator or end; `position` counts from 1."""

    kind: str
    text: str
    position: int


class Template(NamedTuple):
    """Literal texts and expressions (lists of tokens, closed by an end token) in their order."""

    parts: list[str | list[Token]]


def is_template(text: str) -> bool:
    """Whether a text has to be evaluated at all; most have not."""
    return "{{" in text or "{%" in text or "{#" in text


def split_template(text: str) -> Template:
    """Cuts a template up; raises ExpressionError for statements, comments and broken syntax."""
    if len(text) > MAX_TEMPLATE:
        raise ExpressionError(f"the template is longer than {MAX_TEMPLATE} characters")
    parts: list[str | list[Token]] = []
    position = total = 0
    strip_next = False
    while match := _OPENING.search(text, position):
        start = match.start()
        if match[0] != "{{":
            what = "statements ({% … %})" if match[0] == "{%" else "comments ({# … #})"
            raise ExpressionError(f"{what} are not allowed, only {{{{ … }}}}", start + 1)
        strip_before = text.startswith("-", start + 2)
        literal = text[position:start]
        literal = literal.lstrip() if strip_next else literal
        parts.append(literal.rstrip() if strip_before else literal)
        tokens, position, strip_next = _expression(text, start + 2 + strip_before, start)
        parts.append(tokens)
        total += len(tokens)
        if total > MAX_TOKENS:
            raise ExpressionError(f"the template has more than {MAX_TOKENS} parts", start + 1)
    rest = text[position:]
    parts.append(rest.lstrip() if strip_next else rest)
    return Template([part for part in parts if part != ""])


def _expression(text: str, position: int, start: int) -> tuple[list[Token], int, bool]:
    """The tokens up to the closing braces, the position behind them, and whether they trim."""
    tokens: list[Token] = []
    open_brackets: list[Token] = []
    while True:
        if not open_brackets:
            trims = text.startswith("-}}", position)
            if trims or text.startswith("}}", position):
                tokens.append(Token("end", "the end", position + 1))
                return tokens, position + 2 + trims, trims
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position, start)
        kind = match.lastgroup or ""
        if kind != "space":
            token = Token(kind, match[0], position + 1)
            tokens.append(token)
            if kind == "operator":
                _balance(token, open_brackets)
            if len(tokens) > MAX_TOKENS:
                raise ExpressionError(
                    f"the expression has more than {MAX_TOKENS} parts", start + 1
                )
        position = match.end()


def _balance(token: Token, open_brackets: list[Token]) -> None:
    if token.text in "([{":
        open_brackets.append(token)
    elif token.text in _CLOSING:
        if not open_brackets:
            raise ExpressionError(f"'{token.text}' closes nothing", token.position)
        opening = open_brackets.pop()
        if opening.text != _CLOSING[token.text]:
            raise ExpressionError(f"'{opening.text}' is never closed", opening.position)


def _unreadable(text: str, position: int, start: int) -> ExpressionError:
    if position >= len(text):
        return ExpressionError("'{{' is never closed", start + 1)
    character = text[position]
    if character in "'\"":
        return ExpressionError("the text is never closed", position + 1)
    return ExpressionError(f"unexpected character {character!r}", position + 1)


def unquote(token: Token) -> str:
    """The text of a string token. Other escapes than quotes, backslash, n, r and t stay as typed,
    so that the regular expressions people pass to filters keep their backslashes."""
    body = token.text[1:-1]
    if token.text[0] == '"' and "#{" in body:
        raise ExpressionError("#{…} inside a text is not supported; use ~", token.position)
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), body)
