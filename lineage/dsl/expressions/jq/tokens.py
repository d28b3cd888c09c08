"""Cuts a jq program into tokens, refusing what the subset leaves out."""

import json
import re
from typing import NamedTuple

from lineage.dsl.expressions.scope import ExpressionError

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


class Token(NamedTuple):
    """`kind` is number, string, field, name, operator or end."""

    kind: str
    text: str


def tokenize(program: str) -> list[Token]:
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
            tokens.append(Token("operator" if name == "other" else name, text))
    tokens.append(Token("end", "the end"))
    return tokens


def unquote(token: Token) -> str:
    if r"\(" in token.text.replace(r"\\", ""):
        raise ExpressionError(r"jq: '\(…)' inside a text is not supported")
    try:
        text = json.loads(token.text, strict=False)
    except ValueError:
        raise ExpressionError(f"jq: the text {token.text[:40]} is not valid") from None
    return text if isinstance(text, str) else ""
