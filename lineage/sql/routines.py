"""Procedures, functions and triggers: their text is not run where they are made, and left out.

A body ends with its batch in T-SQL and Oracle, else where its BEGIN ends.
"""

import re
from collections.abc import Iterator, Sequence

from sqlglot.tokens import Token, TokenType

_ROUTINE = re.compile(
    r"(?:CREATE|ALTER)(?: OR (?:REPLACE|ALTER))?"
    r"(?: (?:EDITIONABLE|NONEDITIONABLE|TEMP|TEMPORARY|DEFINER))?"
    r" (?:PROC|PROCEDURE|FUNCTION|TRIGGER|PACKAGE)(?: BODY)?(?: IF NOT EXISTS)? "
)
#: What a batch's end is in the text, between semicolons.
BATCH_END = "GO"
_BATCHES = frozenset({"tsql", "fabric", "oracle"})
#: What may follow END where it ends no BEGIN.
_OTHER_ENDS = frozenset({"IF", "LOOP", "WHILE", "FOR", "REPEAT"})


def is_batch_end(chunk: Sequence[Token]) -> bool:
    return len(chunk) == 1 and chunk[0].text == BATCH_END


def without_bodies(chunks: Iterator[list[Token]], dialect: str) -> Iterator[list[Token]]:
    """The chunks, of a routine only how it begins, and no ends of batches."""
    for chunk in chunks:
        head = _head(chunk)
        if head:
            depth = _depth(chunk)
            while (dialect in _BATCHES or depth > 0) and (rest := next(chunks, None)) is not None:
                if is_batch_end(rest):
                    break
                depth += _depth(rest)
            yield chunk[:head]
        elif not is_batch_end(chunk):
            yield chunk


def _head(chunk: Sequence[Token]) -> int:
    """How many tokens there are up to the routine's name; 0 when it is none."""
    words = [_word(token) for token in chunk[:12]]
    found = _ROUTINE.match(" ".join(words) + " ")
    return found[0].count(" ") + 1 if found and words else 0


def _depth(chunk: Sequence[Token]) -> int:
    depth = 0
    for token, after in zip(chunk, [*chunk[1:], None], strict=True):
        word = _word(token)
        if word in ("BEGIN", "CASE"):
            depth += 1
        elif word == "END" and not (after and _word(after) in _OTHER_ENDS):
            depth -= 1
    return depth


def _word(token: Token) -> str:
    return "" if token.token_type == TokenType.STRING else token.text.upper()
