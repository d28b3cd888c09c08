"""What a query yields: its columns with what they are made of, and what decides on its rows."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlglot import exp

from lineage.sql.expressions import conditions, sources, told
from lineage.sql.locations import located
from lineage.sql.names import Names, TableName
from lineage.sql.relations import Closed, Column, Relation, Starred, Stored, united
from lineage.sql.scopes import Item, Scope
from lineage.sql.script import Script
from lineage.sql.selecting import grouped, selected, sort
from lineage.sql.sources import (
    FILTER,
    JOIN,
    Sources,
    add,
    through,
)
from lineage.sql.tables import CommonTable, items_of, pivot_of, told_as
from lineage.sql.templates import is_marked


class Answer(NamedTuple):
    """A query's columns, and what filters, joins, groups or sorts its rows."""

    relation: Relation
    shaping: Sources


class Reading:
    """One statement being read: collects what it reads, and what could not be understood."""

    nothing = Answer(Closed(()), {})

    def __init__(
        self,
        script: Script,
        problem: Callable[[str, exp.Expr | None], None],
        written: "Callable[[exp.Expr, Scope], Relation]",
    ) -> None:
        self.script = script
        self.names: Names = script.names
        self.problem = problem
        #: Reads a statement that stands inside a query: `WITH d AS (DELETE … RETURNING …)`.
        self.written = written
        #: How often each table is read, in the order of the text.
        self.reads: dict[str, int] = {}
        #: Whether anybody wants to know how columns are made.
        self.tells = True
        #: Tables whose columns, if somebody knew them, would tell more of this statement.
        self.wants: dict[str, None] = {}
        self._shaping: list[Sources] = [{}]

    # What statements and queries read

    def table(self, name: TableName, where: exp.Expr | None = None) -> Relation:
        """The rows of a table; what is not known by name, or temporary, is no table to read."""
        if any(is_marked(part.text) for part in name.parts):
            self.problem(f"The name “{self.shown(name.text)}” is not known.", where)
            return self.unknown
        temporary = self.script.temporary(name)
        if temporary is not None:
            for table in temporary.reads:
                self.read(table)
            self.shape(temporary.shaping)
            return temporary.relation
        if self.names.is_system(name) or name.last.text.startswith(("#", "@")):
            return self.unknown
        self.read(name.text)
        columns = self.script.columns.get(name.key)
        if columns is not None and name.key not in self.script.believed:
            return told_as(name, columns, Scope(self))
        return self.script.rows_of([name])

    def table_called(self, text: str) -> Relation:
        """A table whose name stands in a text, dots and all."""
        parts = [exp.to_identifier(part) for part in text.split(".") if part]
        return self.table(self.names.table(parts)) if parts else self.unknown

    def files(self, files: Sequence[str]) -> Relation:
        known = [located(file) for file in files if not is_marked(file)]
        for file in files:
            if is_marked(file):
                self.problem(f"The location “{self.shown(file)}” is not known.", None)
        for file in known:
            self.read(file)
        return self.script.rows_of(known)

    def read(self, table: str) -> None:
        self.reads[table] = self.reads.get(table, 0) + 1

    def want(self, *relations: Relation) -> None:
        """Note that the columns of these would tell more, if they are those of stored tables that
        the script has not made itself."""
        for text in (table for relation in relations for table in relation.unknown):
            name = self.names.known(text)
            if name is None or name.key not in self.script.changed:
                self.wants.setdefault(text)

    def unread(self, table: str) -> None:
        """Take one reading back: of what is changed, and not read."""
        self.reads[table] = self.reads.get(table, 0) - 1
        if self.reads[table] <= 0:
            del self.reads[table]

    def shape(self, shaping: Sources) -> None:
        """Note what decides on the rows of the query that is being read."""
        add(self._shaping[-1], shaping)

    @property
    def unknown(self) -> Relation:
        """Rows that may have any column, of no table that counts."""
        return Stored((), self.names)

    @property
    def shaping(self) -> Sources:
        """What decides on the rows so far."""
        return self._shaping[-1]

    def shown(self, text: str) -> str:
        """A text with the expressions of its templates."""
        return self.script.parsable.shown(text)

    # Queries

    def query(self, node: exp.Expr, outer: Scope, items: Sequence[Item] = ()) -> Answer:
        """`node` is anything that yields rows; names that it does not know are those of `outer`.
        `items` are there beside what it reads."""
        self._shaping.append({})
        try:
            relation = self._relation(node, outer, items)
            return Answer(relation, self._shaping[-1])
        finally:
            self._shaping.pop()

    def _relation(self, node: exp.Expr, outer: Scope, items: Sequence[Item]) -> Relation:
        scope = Scope(self, outer)
        scope.items += items
        self.define(node, scope)
        if isinstance(node, exp.Select):
            return self._select(node, scope)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge):
            return self.written(node, scope)
        if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Table):
            answer = self.query(node.this, scope)
            self.shape(answer.shaping)
            sort(node, answer.relation.columns, scope)
            return answer.relation
        if isinstance(node, exp.Pivot):
            return pivot_of(node, scope)
        scope.items += items_of(node, scope)
        self.joined(node, scope)
        columns = scope.starred(scope.relations)
        opened = [relation for relation in scope.relations if relation.has_more]
        return Starred(columns, opened) if opened else Closed(columns)

    def define(self, node: exp.Expr, scope: Scope) -> None:
        """Take the common table expressions of `node` into `scope`."""
        with_ = node.args.get("with_")
        if with_ is None:
            return
        for cte in with_.expressions:
            own = Scope(self, scope.outer, scope.tables)
            if cte.args.get("scalar"):  # ClickHouse: WITH expression AS name
                name = self.names.column(cte.args["alias"].this)
                scope.scalars[name.key] = sources(cte.this, own)
                continue
            recursive = with_.args.get("recursive") or self.names.dialect.recurses
            key = self.names.part(cte.args["alias"].this).key
            table = CommonTable(cte, own, bool(recursive))
            if recursive and isinstance(cte.this, exp.SetOperation):
                own.tables[key] = table
            scope.tables[key] = table
            if isinstance(cte.this, exp.DML):
                table.answer()

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Relation:
        """UNION puts rows together; EXCEPT and INTERSECT filter those of the left side."""
        branches: list[exp.Expr] = []
        relations: list[Relation] = []
        left: exp.Expr = node
        while isinstance(left, exp.SetOperation) and (left is node or not left.args.get("with_")):
            branches.append(left)
            left = left.this
        for branch in [left, *reversed(branches)]:
            is_first = branch is left
            answer = self.query(left if is_first else branch.expression, scope)
            self.shape(answer.shaping)
            if is_first or isinstance(branch, exp.Union):
                relations.append(answer.relation)
            else:
                for column in answer.relation.columns:
                    self.shape(through(column.sources, FILTER))
        relation = united(relations)
        sort(node, relation.columns, scope)
        return relation

    def _select(self, node: exp.Select, scope: Scope) -> Relation:
        from_ = node.args.get("from_")
        if from_ is not None:
            scope.items += items_of(from_.this, scope)
            self.joined(from_.this, scope)
        self.joined(node, scope)
        for window in node.args.get("windows") or ():
            scope.windows[window.name.lower()] = window
        for key in ("prewhere", "where"):
            self.decide(node.args.get(key), FILTER, scope)
        connect = node.args.get("connect") or exp.Connect()
        for key in ("start", "connect"):
            self.decide(connect.args.get(key), FILTER, scope)
        relation = selected(node, scope)
        columns = relation.columns
        grouped(node, columns, scope)
        for key in ("having", "qualify"):
            self.decide(node.args.get(key), FILTER, scope, columns)
        sort(node, columns, scope)
        return relation

    def joined(self, node: exp.Expr, scope: Scope) -> None:
        """Take what `node` joins, by whatever word, into `scope`."""
        for join in node.args.get("joins") or ():
            if join.args.get("kind") == "ARRAY":
                self._array_join(join, scope)
                continue
            items = items_of(join.this, scope)
            scope.items += items
            self.joined(join.this, scope)
            using = join.args.get("using") or ()
            self.shape(through(scope.share(using), JOIN) if using else {})
            self.decide(join.args.get("on"), JOIN, scope)
        for lateral in node.args.get("laterals") or ():
            scope.items += items_of(lateral, scope)

    def _array_join(self, join: exp.Join, scope: Scope) -> None:
        """ClickHouse: every element of an array column becomes a row."""
        columns = []
        for part in (join.this, *join.expressions):
            name = part.args["alias"] if isinstance(part, exp.Alias) else part.this
            inside = Relation(sources(part, scope)).sources
            columns.append(Column(self.names.column(name), inside))
        scope.items.insert(0, Item((), Closed(columns)))

    def decide(
        self,
        expression: exp.Expr | None,
        subtype: str,
        scope: Scope,
        columns: Iterable[Column] = (),
    ) -> None:
        """Note the columns of a condition; it may name `columns` of the select list."""
        if expression is None:
            return
        aliases = {column.name.key: column.sources for column in columns if column.name.key}
        scope.aliases |= aliases
        for part in conditions(expression):
            self.shape(through(told(sources(part, scope), part, scope), subtype))
