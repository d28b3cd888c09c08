"""A script in, the lineage of its statements out: pure, and bounded only by what runs it.

`lineage.sql.process` runs it where a hostile script does no harm.
"""

import logging
import re
from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from lineage.sql.blocks import without_block
from lineage.sql.dialects import DIALECTS, GENERIC, Dialect
from lineage.sql.handlers import handle, is_harmless
from lineage.sql.parsing import parsed
from lineage.sql.redacting import redacted
from lineage.sql.results import Inference, SqlProblem, StatementLineage
from lineage.sql.rewriting import rewritten
from lineage.sql.script import Script, Told
from lineage.sql.sources import cut
from lineage.sql.splitting import Piece, pieces_of
from lineage.sql.statements import NotUnderstood, Statement
from lineage.sql.templates import made_parsable

#: Longer scripts (characters) are not looked at.
LONGEST = 2_000_000
#: What is kept of a statement's text.
LONGEST_STATEMENT = 10_000

#: A loop over the rows of a query.
_LOOP = re.compile(r"FOR\s+\w+\s+IN\s*\(?\s*(?:SELECT|WITH)\b", re.IGNORECASE)
#: What follows the END of a block.
_ELSE = re.compile(r"\s*ELSE\s+(?:BEGIN\s+(?!TRAN|DISTRIBUTED|TRY|CATCH))?", re.IGNORECASE)

_NOT_UNDERSTOOD = "This statement is not understood."
#: What sqlglot, and what reads its trees, stumble with over nonsense that still parses.
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)

# sqlglot says there what it cannot parse; here it is among the problems.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def infer(text: str, dialect: str, told: Told | None = None) -> Inference:
    """What the statements of `text` read and write. `dialect` is a key of DIALECTS.

    `told`: columns of the tables that an earlier answer `wants`, by the names it has for them.
    """
    statements, problems = [], []
    for found in look_at(text, dialect, told=told):
        if isinstance(found, SqlProblem):
            problems.append(found)
        else:
            statements.append(found)
    return Inference(tuple(statements), tuple(problems))


def look_at(
    text: str,
    dialect: str,
    begun: Callable[[Piece], None] = lambda piece: None,
    told: Told | None = None,
) -> Iterator[StatementLineage | SqlProblem]:
    """The same, one statement after the other; `begun` hears of each before it is read."""
    if len(text) > LONGEST:
        yield SqlProblem(0, 0, 0, f"Longer than {LONGEST} characters: not looked at.")
        return
    known = DIALECTS.get(dialect, DIALECTS[GENERIC])
    parsable = made_parsable(text.replace("\0", " "))
    script = Script(known, parsable, told)
    try:
        for piece in pieces_of(parsable.text, known):
            if isinstance(piece, SqlProblem):
                yield piece
                continue
            begun(piece)
            left: Piece | None = piece
            while left is not None:
                looking = _Looking(script, known, left)
                yield from looking.found()
                left = looking.left
    except (RecursionError, MemoryError):
        yield SqlProblem(0, 0, 0, "The script is nested too deeply.")


class _Looking:
    """One piece of a script being read."""

    def __init__(self, script: Script, dialect: Dialect, piece: Piece) -> None:
        self.script = script
        self.dialect = dialect
        self.piece = piece
        self.problems: dict[str, SqlProblem] = {}
        #: What follows without a semicolon, and is another statement.
        self.left: Piece | None = None

    def found(self) -> Iterator[StatementLineage | SqlProblem]:
        for node in self._nodes():
            yield from self._one(node)
        yield from self.problems.values()

    def problem(self, message: str, where: exp.Expr | None = None) -> None:
        """One of a kind is enough, at its first place."""
        places = [
            identifier.meta
            for identifier in (where.find_all(exp.Identifier) if where is not None else ())
            if "start" in identifier.meta
        ]
        line = column = 0
        if places:
            first = min(places, key=lambda place: place["start"])
            line, column = first["line"], first["col"] - (first["end"] - first["start"])
        self.problems.setdefault(message, self.piece.problem(message, line, column))

    def _nodes(self) -> list[exp.Expr]:
        text = without_block(self.piece.text, self.dialect)
        try:
            if len(text) < len(self.piece.text):
                if _LOOP.match(self.piece.text):
                    self.problem("What the query of a loop reads is not followed.")
                self.piece = self.piece.without(len(self.piece.text) - len(text), self.dialect)
            found = rewritten(text, self.dialect)
            if isinstance(found, list):
                return found
            nodes = self._parsed() if found == self.piece.text else self._parsed_text(found)
            return [part for node in nodes for part in _flattened(node, self.dialect)]
        except ParseError as error:
            if not is_harmless(text):
                self._parse_error(error)
        except SqlglotError as error:
            self.problem(_plain(str(error)))
        except _UNREADABLE:
            self.problem(_NOT_UNDERSTOOD)
        return []

    def _parsed_text(self, text: str) -> list[exp.Expr]:
        """What the piece was rewritten to; what is in it, when that is several statements."""
        try:
            return list(parsed(text, self.dialect))
        except ParseError:
            if self.dialect.name not in ("tsql", "fabric"):
                raise
            return self._parsed()

    def _parsed(self) -> list[exp.Expr]:
        """The statements in the tokens; in T-SQL, where none needs a semicolon, the first one."""
        if self.dialect.name not in ("tsql", "fabric"):
            return self._parsed_tokens()
        try:
            nodes = self._parsed_tokens()
        except ParseError as error:
            first = error.errors[0] if error.errors else {}
            at = self.piece.boundary(first.get("line") or 0, first.get("col") or 0)
            if not at:
                raise
            self.piece, self.left = self.piece.split(at)
            return self._nodes()
        length = self.piece.next_line()
        if length and any(isinstance(node, exp.Command) for node in nodes):
            self.left = self.piece.without(length, self.dialect)
            self.piece = self.piece.until(length, self.dialect)
            return self._parsed_tokens()
        return nodes

    def _parsed_tokens(self) -> list[exp.Expr]:
        nodes = self.script.grammar.parser().parse(self.piece.tokens, self.piece.source)
        return [node for node in nodes if node is not None]

    def _parse_error(self, error: ParseError) -> None:
        first = error.errors[0] if error.errors else {}
        where = first.get("highlight") or ""
        message = _plain(str(first.get("description") or error))
        message = f"{message.rstrip('.')}, at “{cut(self.script.parsable.shown(where), 60)}”."
        line, column = first.get("line") or 0, first.get("col") or 0
        self.problems.setdefault(
            message, self.piece.problem(message, line, max(1, column - len(where) + 1))
        )

    def _one(self, node: exp.Expr) -> Iterator[StatementLineage]:
        doing = Statement(self.script, self.problem, handle)
        try:
            handle(doing, node)
        except NotUnderstood as error:
            if is_harmless(self.piece.text):
                yield StatementLineage(re.split(r"\W", self.piece.text, maxsplit=1)[0].upper())
            else:
                self.problem(str(error))
        except RecursionError:
            self.problem("Nested too deeply.")
        except _UNREADABLE:
            self.problem(_NOT_UNDERSTOOD)
        else:
            # Cut twice, so that no half of a credential escapes the redaction.
            text = self.script.parsable.shown(self.piece.text[: 3 * LONGEST_STATEMENT])
            yield doing.found(cut(redacted(text), LONGEST_STATEMENT))


def _flattened(node: exp.Expr, dialect: Dialect) -> Iterator[exp.Expr]:
    """The statements inside the blocks of T-SQL."""
    if isinstance(node, exp.Block):
        for part in node.expressions:
            yield from _flattened(part, dialect)
    elif isinstance(node, exp.IfBlock | exp.WhileBlock):
        for key in ("this", "true", "body", "false"):
            part = node.args.get(key)
            if not isinstance(part, exp.Expr):
                continue
            if key != "this":
                yield from _flattened(part, dialect)
            elif part.find(exp.Query) is not None:
                yield exp.Select(expressions=[part.copy()])
    elif isinstance(node, exp.Command) and _ELSE.match(node.text("expression")):
        for part in parsed(_ELSE.sub("", node.text("expression")), dialect):
            yield from _flattened(part, dialect)
    else:
        yield node


def _plain(text: str) -> str:
    """sqlglot's words without the excerpt, its colours, and its own names."""
    if text.startswith("Required keyword"):
        return "A part is missing"
    return re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n", 1)[0].split(". Line ", 1)[0]
