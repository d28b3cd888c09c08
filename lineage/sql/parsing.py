"""Text into sqlglot's expressions, and places in its tokens."""

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.tokens import Token, TokenType

from lineage.sql.dialects import Dialect


def table_of(text: str, dialect: Dialect) -> exp.Table:
    return exp.to_table(text.strip(), dialect=dialect.grammar)


def parsed(text: str, dialect: Dialect) -> Iterator[exp.Expr]:
    """The statements in a text; raises ParseError or TokenError."""
    grammar = Grammar.get_or_raise(dialect.grammar)
    for node in grammar.parser().parse(grammar.tokenize(text), text):
        if node is not None:
            yield node


def parsed_one(text: str, dialect: Dialect) -> exp.Expr:
    return next(parsed(text, dialect))


def closing(tokens: list[Token], start: int) -> int | None:
    """The parenthesis that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place].token_type == TokenType.L_PAREN:
            depth += 1
        elif tokens[place].token_type == TokenType.R_PAREN:
            depth -= 1
            if depth == 0:
                return place
    return None
