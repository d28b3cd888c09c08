"""A script cut into statements, each with its place in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.errors import TokenError
from sqlglot.tokens import Token, TokenType

from lineage.sql.dialects import Dialect, words
from lineage.sql.line_starts import line_starts
from lineage.sql.results import SqlProblem
from lineage.sql.routines import BATCH_END, without_bodies

#: Deeper nesting (parentheses, CASE) than any hand or generator writes.
DEEPEST = 250
#: Joins in a row without ON or USING: sqlglot's time doubles with each.
MOST_OPEN_JOINS = 12
#: A batch ends with a line of its own: `GO`, and SQL*Plus' slash.
_BATCH_ENDS = {
    "tsql": re.compile(r"^([ \t]*)GO(?:[ \t]+\d+)?[ \t]*$", re.IGNORECASE | re.MULTILINE),
    "oracle": re.compile(r"^([ \t]*)/[ \t]*$", re.MULTILINE),
}
#: Words that begin a block of statements in T-SQL, which ends where its BEGINs do.
_BLOCK_STARTS = frozenset({"IF", "WHILE", "BEGIN", "CREATE"})
_TRANSACTION = re.compile(r"TRAN(SACTION)?|DISTRIBUTED|TRY|CATCH", re.IGNORECASE)


#: Words that begin a statement in T-SQL.
_STARTS = words(
    "SELECT INSERT UPDATE DELETE MERGE CREATE DROP ALTER TRUNCATE WITH DECLARE SET EXEC EXECUTE IF"
    " BEGIN END PRINT USE BULK GO COMMIT ROLLBACK RETURN WHILE ELSE"
)


#: Those of them that stand for themselves.
_CHANGES = words("INSERT UPDATE DELETE MERGE")
_NEXT = re.compile(rf"\n\s*(?=(?:{'|'.join(sorted(_STARTS))})\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement: its number from 1, and its tokens, which are places in `source`."""

    number: int
    tokens: list[Token]
    source: str

    @property
    def text(self) -> str:
        return self.source[self.tokens[0].start : self.tokens[-1].end + 1]

    @property
    def line(self) -> int:
        return self.tokens[0].line

    @property
    def column(self) -> int:
        return self.tokens[0].col - len(self.tokens[0].text) + 1

    def without(self, length: int, dialect: Dialect) -> "Piece":
        """The piece after `length` characters of it, which end between two words."""
        at = self.tokens[0].start + length
        for place, token in enumerate(self.tokens):
            if token.start == at and token.token_type != TokenType.STRING:
                return replace(self, tokens=self.tokens[place:])
        return self._again(length, None, dialect)

    def until(self, length: int, dialect: Dialect) -> "Piece":
        """The first `length` characters of the piece."""
        return self._again(0, length, dialect)

    def _again(self, start: int, end: int | None, dialect: Dialect) -> "Piece":
        """A part of the text read anew, at its place: words like CALL keep all that follows as
        one text."""
        text = self.text
        lines = text.count("\n", 0, start)
        column = start - text.rfind("\n", 0, start) - 1 + (0 if lines else self.column - 1)
        source = "\n" * (self.line - 1 + lines) + " " * column + text[start:end]
        return Piece(self.number, tokens_of(source, dialect), source)

    def split(self, place: int) -> "tuple[Piece, Piece]":
        return replace(self, tokens=self.tokens[:place]), replace(self, tokens=self.tokens[place:])

    def boundary(self, line: int, column: int) -> int:
        """Where a next statement begins: at the place of a parse error, or just before it, else
        where the next one changes a table; 0 for nowhere. T-SQL needs no semicolons."""
        for place, token in enumerate(self.tokens):
            if (token.line, token.col) == (line, column):
                for start in (place, place - 1):
                    if start > 0 and self._begins(start):
                        return start
        return self._next_change()

    def _next_change(self) -> int:
        """Where the second statement begins, if it is one that changes a table by itself: what
        follows a WITH belongs to it, and what follows THEN to a MERGE."""
        if self.tokens[0].text.upper() == "WITH":
            return 0
        depth = 0
        for at, token in enumerate(self.tokens):
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            changes = depth == 0 and at > 0 and token.text.upper() in _CHANGES
            if changes and self._begins(at) and self.tokens[at - 1].text.upper() != "THEN":
                return at
        return 0

    def next_line(self) -> int:
        """How long the text is up to the first line that begins like another statement, or 0."""
        found = _NEXT.search(self.text)
        return found.end() if found else 0

    def _begins(self, place: int) -> bool:
        token = self.tokens[place]
        return token.text.upper() in _STARTS and self.tokens[place - 1].line < token.line

    def problem(self, message: str, line: int = 0, column: int = 0) -> SqlProblem:
        return SqlProblem(self.number, line or self.line, column or self.column, message)


def tokens_of(text: str, dialect: Dialect) -> list[Token]:
    """Raises TokenError for a quote or comment that does not end."""
    tokens: list[Token] = Grammar.get_or_raise(dialect.grammar).tokenize(text)
    return tokens


def pieces_of(text: str, dialect: Dialect) -> Iterator[Piece | SqlProblem]:
    """The statements of `text`, and why a part of it has none."""
    ends = _BATCH_ENDS.get(dialect.name)
    if ends is not None:
        text = ends.sub(rf"\1;{BATCH_END};", text)
    tokens, readable = _tokens(text, dialect)
    if dialect.name in ("tsql", "fabric") and (starts := line_starts(tokens)):
        text = _with_semicolons(text, [tokens[place - 1].end + 1 for place in sorted(starts)])
        tokens, readable = _tokens(text, dialect)
    number = 0
    for chunk in _grouped(without_bodies(_chunks(tokens), dialect.name), dialect):
        number += 1
        piece = Piece(number, chunk, text)
        yield _too_much(piece) or piece
    if readable < len(text):
        rest = text[readable:]
        line = text.count("\n", 0, readable + len(rest) - len(rest.lstrip())) + 1
        yield SqlProblem(number + 1, line, 1, "A quote or comment that begins here does not end.")


def _with_semicolons(text: str, places: list[int]) -> str:
    """At the end of a line each, so that what follows keeps its place in its own."""
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    return ";".join(pieces)


def _tokens(text: str, dialect: Dialect) -> tuple[list[Token], int]:
    """The tokens, and up to where: to the last semicolon before what does not end."""
    end = len(text)
    for _ in range(max(2, min(50, 2_000_000 // (end + 1)))):
        try:
            return tokens_of(text[:end], dialect), end
        except TokenError:
            end = text.rfind(";", 0, max(end - 1, 0)) + 1
            if not end:
                break
    return [], 0


def _chunks(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens between semicolons."""
    start = 0
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.SEMICOLON:
            if place > start:
                yield tokens[start:place]
            start = place + 1
    if start < len(tokens):
        yield tokens[start:]


def _grouped(chunks: Iterator[list[Token]], dialect: Dialect) -> Iterator[list[Token]]:
    """T-SQL has blocks, with semicolons inside."""
    if dialect.name not in ("tsql", "fabric"):
        yield from chunks
        return
    for chunk in chunks:
        if chunk[0].text.upper() in _BLOCK_STARTS:
            depth = _opened(chunk)
            while depth > 0 and (more := next(chunks, None)) is not None:
                semicolon: Any = Token(TokenType.SEMICOLON, ";", more[0].line, more[0].col)
                chunk = [*chunk, semicolon, *more]
                depth += _opened(more)
        yield chunk


def _opened(tokens: list[Token]) -> int:
    """How many BEGINs (and CASEs) are open after these tokens."""
    depth = 0
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        word = token.text.upper() if token.token_type != TokenType.STRING else ""
        if word == "CASE" or (
            word == "BEGIN" and not (after and _TRANSACTION.fullmatch(after.text))
        ):
            depth += 1
        elif word == "END" and not (after and after.text.upper() in ("TRY", "CATCH")):
            depth -= 1
    return depth


def _too_much(piece: Piece) -> SqlProblem | None:
    """What would keep the parser busy for too long, or overflow its stack."""
    depth = open_joins = 0
    for before, token in zip([None, *piece.tokens], piece.tokens, strict=False):
        kind = token.token_type
        if kind in _OPENING:
            depth += 1
            if depth > DEEPEST:
                return _at(piece, token, f"Nested more than {DEEPEST} deep: not looked at.")
        elif kind in _CLOSING:
            depth = max(0, depth - 1)
        elif kind == TokenType.JOIN:
            closed = before is not None and before.token_type in _CLOSED_JOINS
            open_joins = 0 if closed else open_joins + 1
            if open_joins > MOST_OPEN_JOINS:
                message = f"More than {MOST_OPEN_JOINS} joins in a row without ON: not looked at."
                return _at(piece, token, message)
        elif kind in (TokenType.ON, TokenType.USING):
            open_joins = 0
    return None


def _at(piece: Piece, token: Token, message: str) -> SqlProblem:
    return piece.problem(message, token.line, token.col - len(token.text) + 1)


_OPENING = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_CLOSED_JOINS = frozenset({TokenType.CROSS, TokenType.NATURAL})
