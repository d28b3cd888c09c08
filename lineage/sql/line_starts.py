"""Where statements of T-SQL begin that no semicolon parts from what is before them.

Only where a line begins with a word that can hardly be anything else; what is left is found where
the parser stumbles (`Piece.boundary`).
"""

from collections.abc import Sequence

from sqlglot.tokens import Token, TokenType

from lineage.sql.dialects import words
from lineage.sql.routines import BATCH_END

#: Words that begin a statement, at the beginning of a line.
_BEGIN = words("INSERT UPDATE DELETE MERGE TRUNCATE DROP DECLARE PRINT COMMIT ROLLBACK BULK")
#: The same after the END of a block.
_AFTER_END = _BEGIN | words("SELECT SET WITH IF WHILE EXEC EXECUTE CREATE ALTER USE RETURN")
#: What they belong to, if it stands before them.
_NOT_AFTER = words("THEN ELSE AS BEGIN FOR ON AFTER OF GRANT DENY REVOKE , ( ; TRY CATCH")
_ROUTINES = words("PROC PROCEDURE FUNCTION TRIGGER VIEW")


def line_starts(tokens: Sequence[Token]) -> set[int]:
    """Places in `tokens` where a statement begins though none has ended."""
    reading = _Reading()
    found = set()
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else token
        if reading.breaks_before(token, before, tokens[place + 1 : place + 2]):
            found.add(place)
    return found


class _Reading:
    """What is open while the tokens go by."""

    def __init__(self) -> None:
        self.parentheses = 0
        self.cases = 0
        #: WITH: the next statement is a part of it.
        self.leads = False
        #: The text of a procedure is not run where it is made.
        self.in_routine = False
        self.ended = False

    def breaks_before(self, token: Token, before: Token, after: Sequence[Token]) -> bool:
        is_text = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
        word = "" if is_text else token.text.upper()
        self.parentheses += {"(": 1, ")": -1}.get(word, 0)
        if word == "CASE":
            self.cases += 1
        if self.parentheses or self.cases:
            self.cases -= word == "END"
            return False
        found = self._begins(word, token.line > before.line, before.text.upper())
        self._note(word, before.text.upper(), after[0].text if after else "")
        self.ended = word == "END"
        return found and not self.in_routine

    def _begins(self, word: str, new_line: bool, before: str) -> bool:
        if not new_line or before in _NOT_AFTER:
            return False
        if self.ended:
            return word in _AFTER_END
        return word in ("END", "ELSE") or (word in _BEGIN and not self.leads)

    def _note(self, word: str, before: str, after: str) -> None:
        if word == ";":
            self.leads = False
        elif word == "WITH" and after != "(":
            self.leads = True
        elif word == BATCH_END:
            self.in_routine = False
        elif word in _BEGIN or word in ("SELECT", "BEGIN"):
            self.leads = False
        elif word in _ROUTINES and before in ("CREATE", "ALTER", "REPLACE"):
            self.in_routine = True
