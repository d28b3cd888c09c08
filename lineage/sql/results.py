"""What is found in a script: statements with what they read and write, and what went wrong."""

from dataclasses import dataclass
from typing import Any

from lineage.dsl.bundles import ColumnLink


@dataclass(frozen=True, slots=True)
class SqlProblem:
    """Why a statement, or a part of it, was not understood.

    `statement`, `line` and `column` count from 1; a line of 0 means the script as a whole.
    """

    statement: int
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return f"Line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class StatementLineage:
    """What one statement does. `kind` is like "CREATE TABLE", "INSERT" or "SELECT".

    `reads` and `writes` are tables as `catalog.schema.table`, as far as the script says them, and
    files as their URI. `columns` only names what is in them. `sql` is the statement's text, cut
    when it is long, without the credentials that it may hold.
    """

    kind: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Inference:
    """All that a script says, in its order; what is not understood is among the problems."""

    statements: tuple[StatementLineage, ...] = ()
    problems: tuple[SqlProblem, ...] = ()


# For JSON, between processes


def plain_statement(statement: StatementLineage) -> list[Any]:
    links = [
        [
            link.upstream,
            link.upstream_column,
            link.downstream,
            link.downstream_column,
            link.type,
            link.subtype,
            link.description,
            link.masking,
        ]
        for link in statement.columns
    ]
    return [statement.kind, statement.reads, statement.writes, links, statement.sql]


def statement_of(plain: list[Any]) -> StatementLineage:
    kind, reads, writes, links, sql = plain
    columns = tuple(ColumnLink(*link) for link in links)
    return StatementLineage(kind, tuple(reads), tuple(writes), columns, sql)


def plain_problem(problem: SqlProblem) -> list[Any]:
    return [problem.statement, problem.line, problem.column, problem.message]


def problem_of(plain: list[Any]) -> SqlProblem:
    return SqlProblem(*plain)
