"""One statement while it is read: what it writes, and what the columns there are made of."""

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from lineage.dsl.bundles import ColumnLink
from lineage.sql.locations import is_stage, located
from lineage.sql.names import Name, TableName, parts_of
from lineage.sql.queries import Answer, Reading
from lineage.sql.relations import Column, Relation, renamed
from lineage.sql.results import StatementLineage
from lineage.sql.scopes import Item, Scope
from lineage.sql.script import Script
from lineage.sql.sources import Sources, link
from lineage.sql.templates import is_marked

#: More links between columns in one statement are left out, and reported.
MOST_LINKS = 10_000
#: Tables of one statement whose columns are asked for.
MOST_WANTED = 100

#: Notes why a part of the statement is not understood, and where that part is.
type Problem = Callable[[str, exp.Expr | None], None]


class NotUnderstood(Exception):
    """The statement is not one whose lineage is known; the message says what it is."""


class Statement:
    """What is found of one statement so far, and how rows get into what it writes."""

    def __init__(
        self, script: Script, problem: Problem, inner: "Callable[[Statement, exp.Expr], None]"
    ) -> None:
        self.script = script
        self.problem = problem
        self.kind = ""
        self.writes: dict[str, None] = {}
        self.links: dict[tuple[str, ...], ColumnLink] = {}
        self.reading = Reading(script, problem, self._written)
        self._inner = inner
        self._returned: Relation | None = None
        #: What stands around a statement inside a query.
        self._outer: Scope | None = None

    def _written(self, node: exp.Expr, scope: Scope) -> Relation:
        """A statement inside a query; its RETURNING gives the rows."""
        kind, outer, self._returned = self.kind, self._outer, None
        self._outer = scope
        self._inner(self, node)
        self.kind, self._outer = kind, outer
        return self._returned or Relation()

    def scope(self) -> Scope:
        """A scope for the names of this statement, inside what stands around it."""
        return Scope(self.reading, self._outer)

    def returning(self, node: exp.Expr, target: TableName, scope: Scope) -> None:
        """The rows that a statement inside a query hands on: those of its target."""
        returning = node.args.get("returning")
        if returning is None or node.parent is None:
            return
        select = exp.Select(expressions=[e.copy() for e in returning.expressions])
        rows = Item((target.last.key,), self.reading.table(target), target)
        self._returned = self.reading.query(select, scope, [rows]).relation
        self.reading.unread(target.text)  # until somebody asks for the rows

    def found(self, text: str) -> StatementLineage:
        reads = tuple(self.reading.reads)
        kept = [one for one in self.links.values() if one.upstream in self.reading.reads]
        if len(kept) > MOST_LINKS:
            self.problem(f"More than {MOST_LINKS} links between columns: left out.", None)
            kept = []
        wants = tuple(self.reading.wants)[:MOST_WANTED] if self.reading.tells else ()
        return StatementLineage(self.kind, reads, tuple(self.writes), tuple(kept), text, wants)

    # Targets

    def target(self, node: exp.Expr) -> tuple[TableName | str | None, list[Name]]:
        """What is written, and its columns as far as they are told.

        A text is a file; None a table that is not known.
        """
        columns: list[Name] = []
        if isinstance(node, exp.Schema):
            columns = [
                self.script.names.column(c.this if isinstance(c, exp.ColumnDef) else c)
                for c in node.expressions
                if isinstance(c, exp.Identifier | exp.ColumnDef)
            ]
            node = node.this
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Parameter):
            parts: Sequence[exp.Expr] = [exp.to_identifier(f"@{node.this.name}")]
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            parts = parts_of(node)
        elif is_stage(node) or isinstance(node.this, exp.Literal):
            return self.location(node.this.name), columns
        elif isinstance(node, exp.Identifier):
            parts = [node]
        else:
            self.problem("What is written is not a table with a name.", node)
            return None, columns
        name = self.script.names.table(parts)
        if any(is_marked(part.text) for part in name.parts):
            self.problem(f"The name “{self.reading.shown(name.text)}” is not known.", node)
            return None, columns
        return name, columns

    def location(self, text: str) -> str | None:
        if is_marked(text):
            self.problem(f"The location “{self.reading.shown(text)}” is not known.", None)
            return None
        return located(text)

    # Writing

    def put(
        self,
        target: TableName | str | None,
        columns: Sequence[Name],
        answer: Answer,
        by_name: bool = False,
    ) -> Relation:
        """Rows of a query go into `target`: by their place into `columns`, else by their name.

        Answers them as they are called there.
        """
        if isinstance(target, TableName) and not columns and not by_name:
            columns = self.columns_of(target)
        relation = answer.relation
        if columns and not by_name:
            if relation.is_open:
                self.reading.want(relation)
            known, asked = len(relation.columns), len(columns)
            if relation.is_open or (relation.has_more and known != asked):
                relation = Relation()
            else:
                relation = renamed(relation, columns[:known])
        self.write(target, relation, answer.shaping)
        return relation

    def columns_of(self, target: TableName) -> Sequence[Name]:
        """The columns of a table that the script has made, in their order; else none."""
        temporary = self.script.temporary(target)
        if temporary is not None:
            return temporary.columns
        return self.script.columns.get(target.key, ())

    def write(self, target: TableName | str | None, relation: Relation, shaping: Sources) -> None:
        """Note a target and what its columns are made of; a temporary table only remembers it."""
        if isinstance(target, TableName):
            temporary = self.script.temporary(target)
            if temporary is None and target.last.text.startswith(("#", "@")):
                temporary = self.script.make_temporary(target)
            if temporary is not None:
                self.script.fill(temporary, relation, self.reading.reads, shaping)
                return
        if target is None:
            return
        if relation.is_open:
            self.reading.want(relation)
        text = target if isinstance(target, str) else target.text
        self.writes.setdefault(text)
        self.link(text, relation.columns, shaping)

    def link(self, target: str, columns: Iterable[Column], shaping: Sources) -> None:
        for column in columns:
            if column.name.text and not is_marked(column.name.text):
                shown = self.script.names.shown_column(target, column.name)
                self._link(target, shown, column.sources)
        self._link(target, "", shaping)

    def _link(self, target: str, column: str, sources: Sources) -> None:
        for source in sources.values():
            if not is_marked(source.column) and len(self.links) <= MOST_LINKS:
                key = (source.table, source.column, target, column, source.subtype)
                self.links.setdefault(key, link(source, target, column))
