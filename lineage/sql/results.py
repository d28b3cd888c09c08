"""What is asked, and what is found in a script: what statements read and write, and what went
wrong."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lineage.dsl.bundles import ColumnLink


class Job(NamedTuple):
    """A script, the dialect that it is in, and what the catalog tells: (table, its columns)."""

    text: str
    dialect: str
    told: tuple[tuple[str, tuple[str, ...]], ...] = ()


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
    when it is long, without the credentials that it may hold. `wants`: those whose columns, if
    somebody knew them, would tell more.
    """

    kind: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    sql: str = ""
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inference:
    """All that a script says, in its order; what is not understood is among the problems."""

    statements: tuple[StatementLineage, ...] = ()
    problems: tuple[SqlProblem, ...] = ()

    @property
    def wants(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self.statements for name in one.wants))


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
    rest = statement.sql, statement.wants
    return [statement.kind, statement.reads, statement.writes, links, *rest]


def statement_of(plain: list[Any]) -> StatementLineage:
    kind, reads, writes, links, sql, wants = plain
    columns = tuple(ColumnLink(*link) for link in links)
    return StatementLineage(kind, tuple(reads), tuple(writes), columns, sql, tuple(wants))


def plain_problem(problem: SqlProblem) -> list[Any]:
    return [problem.statement, problem.line, problem.column, problem.message]


def problem_of(plain: list[Any]) -> SqlProblem:
    return SqlProblem(*plain)
