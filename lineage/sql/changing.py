"""INSERT, UPDATE, DELETE and TRUNCATE."""

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from lineage.sql.expressions import sources, told
from lineage.sql.names import Name, TableName
from lineage.sql.outputs import output
from lineage.sql.queries import Answer
from lineage.sql.relations import Closed, Column
from lineage.sql.scopes import Item, Scope
from lineage.sql.sources import FILTER, Sources
from lineage.sql.statements import Statement
from lineage.sql.tables import items_of


def insert(doing: Statement, node: exp.Insert) -> None:
    """INSERT … VALUES, SELECT, OVERWRITE, into a table, a directory or a function's file."""
    doing.kind = "INSERT"
    scope = doing.scope()
    doing.reading.define(node, scope)
    target, columns = _inserted_into(doing, node.this)
    query = node.expression
    answer = doing.reading.query(query, scope) if query else Answer(Closed(()), {})
    by_name = bool(node.args.get("by_name") or node.args.get("partition"))
    rows = doing.put(target, columns, answer, by_name or bool(_partition(node)))
    if isinstance(target, TableName):
        doing.returning(node, target, scope)
    output(doing, node, Answer(rows, answer.shaping), scope)
    conflict = node.args.get("conflict") or exp.OnConflict()
    if isinstance(target, TableName):
        _on_conflict(doing, conflict, target)


def _on_conflict(doing: Statement, conflict: exp.OnConflict, target: TableName) -> None:
    """ON CONFLICT DO UPDATE, where it asks other tables."""
    scope = doing.scope()
    columns = [
        Column(doing.script.names.column(column.this), found)
        for each in conflict.expressions
        for column, found in assigned(doing, each, scope)
    ]
    doing.link(target.text, columns, {})


def _inserted_into(doing: Statement, node: exp.Expr) -> tuple[TableName | str | None, list[Name]]:
    if isinstance(node, exp.Directory):
        return doing.location(node.this.name), []
    if isinstance(node, exp.Func):
        files = [part.name for part in node.iter_expressions() if part.is_string][:1]
        if not files:
            doing.problem("The name of the file is an expression, and not known.", node)
        return (doing.location(files[0]) if files else None), []
    return doing.target(node)


def _partition(node: exp.Insert) -> exp.Expr | None:
    table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    return table.args.get("partition") if isinstance(table, exp.Table) else None


def insert_many(doing: Statement, node: exp.MultitableInserts) -> None:
    """One query into several tables: Oracle's and Snowflake's INSERT ALL, Hive's FROM … INSERT."""
    doing.kind = "INSERT"
    scope = doing.scope()
    doing.reading.define(node, scope)
    source = node.args["source"]
    if isinstance(source, exp.Query):
        answer = doing.reading.query(source, scope)
        items = [Item((), answer.relation)]
        shaping = answer.shaping
    else:
        inner = Scope(doing.reading, scope)
        inner.items += items_of(source, inner)
        doing.reading.joined(source, inner)
        items, shaping = inner.items, dict(doing.reading.shaping)
    scope.items += items
    for each in node.expressions:
        into = each.this if isinstance(each, exp.ConditionalInsert) else each
        target, columns = _inserted_into(doing, into.this)
        query = into.args.get("expression")
        if isinstance(query, exp.Values):
            rows = query.expressions[0].expressions
            found = [Column(_named(doing, cell), sources(cell, scope)) for cell in rows]
            one = Answer(Closed(found), {})
        elif isinstance(query, exp.Query):
            one = doing.reading.query(query, scope, items)
        else:
            one = Answer(items[0].relation, {})
        condition = each.args.get("expression") if each is not into else None
        decided = _deciding(doing, condition, scope) if condition is not None else {}
        doing.put(target, columns, Answer(one.relation, shaping | one.shaping | decided))


def _named(doing: Statement, cell: exp.Expr) -> Name:
    if isinstance(cell, exp.Column) and isinstance(cell.this, exp.Identifier):
        return doing.script.names.column(cell.this)
    return Name("", "")


def _deciding(doing: Statement, condition: exp.Expr, scope: Scope) -> Sources:
    """What a condition of one branch decides on, and of that one only."""
    inner = Scope(doing.reading, scope)
    answer = doing.reading.query(exp.Select(where=exp.Where(this=condition.copy())), inner)
    return answer.shaping


def update(doing: Statement, node: exp.Update) -> None:
    """UPDATE … SET, with FROM or joins; what is updated does not count as read."""
    doing.kind = "UPDATE"
    scope, targets = _changed(doing, node, [node.this])
    reading = doing.reading
    reading.decide(node.args.get("where"), FILTER, scope)
    made: dict[TableName, list[Column]] = {target: [] for target in targets}
    for assignment in node.expressions:
        for column, found in assigned(doing, assignment, scope):
            target = _owner(doing, column, scope) or next(iter(targets), None)
            if target is not None:
                reading.unread(target.text) if target not in made else None
                name = doing.script.names.column(column.this)
                made.setdefault(target, []).append(Column(name, found))
    for target, columns in made.items():
        if columns or target in targets[:1]:
            others = [Column(name, _of_others(doing, target, found)) for name, found in columns]
            doing.write(target, Closed(others), _of_others(doing, target, reading.shaping))
            doing.returning(node, target, scope)
    for text in _exchanged(made):
        reading.read(text)
    changed_rows_out(doing, node, targets, scope)


def _exchanged(made: Mapping[TableName, Sequence[Column]]) -> Iterator[str]:
    """The changed tables whose values go into another one that the statement changes."""
    for target in made:
        others = (column for one, columns in made.items() if one != target for column in columns)
        if any(source.table == target.text for c in others for source in c.sources.values()):
            yield target.text


def delete(doing: Statement, node: exp.Delete) -> None:
    """DELETE FROM, with USING or joins; what is deleted from does not count as read."""
    doing.kind = "DELETE"
    named = list(node.args.get("tables") or ()) or [node.this]
    if not isinstance(node.this, exp.Expr):  # Oracle: DELETE without FROM
        node.set("this", named[0].copy())
    scope, targets = _changed(doing, node, named)
    doing.reading.decide(node.args.get("where"), FILTER, scope)
    for target in targets:
        doing.write(target, Closed(()), _of_others(doing, target, doing.reading.shaping))
        doing.returning(node, target, scope)
    changed_rows_out(doing, node, targets, scope)


def changed_rows_out(
    doing: Statement, node: exp.Expr, targets: Sequence[TableName], scope: Scope
) -> None:
    """Changed rows that go elsewhere are read."""
    if targets and (node.args.get("returning") or exp.Returning()).args.get("into"):
        output(doing, node, Answer(doing.reading.table(targets[0]), {}), scope)


def _changed(
    doing: Statement, node: exp.Expr, named: Sequence[exp.Expr]
) -> tuple[Scope, list[TableName]]:
    """The relations of an UPDATE or DELETE, and which of them it changes.

    The target may be named by an alias of what follows (T-SQL, MySQL), or be a common table
    expression over the real one.
    """
    reading = doing.reading
    scope = doing.scope()
    reading.define(node, scope)
    from_ = node.args.get("from_")
    others = [from_.this] if from_ is not None else []
    others += node.args.get("using") or ()
    for other in others:
        scope.items += items_of(other, scope)
        reading.joined(other, scope)
    if _called_so(doing, node.this, scope) is None:
        scope.items[:0] = items_of(node.this, scope)
        reading.joined(node.this, scope)
    targets = []
    for one in named:
        item = _called_so(doing, one, scope)
        target = _behind(doing, item) if item is not None else doing.target(one)[0]
        if isinstance(target, TableName):
            targets.append(target)
        elif item is not None:
            doing.problem("Which table is changed is not clear.", one)
    for changed in targets:
        reading.unread(changed.text)
    return scope, targets


def _of_others(doing: Statement, target: TableName, sources: Sources) -> Sources:
    """Without the target's own columns, unless it is read beside being changed."""
    if target.text in doing.reading.reads:
        return sources
    return {key: source for key, source in sources.items() if source.table != target.text}


def _called_so(doing: Statement, node: exp.Expr, scope: Scope) -> Item | None:
    """The item that a table's name is the alias of, or a common table expression's."""
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        return None
    keys = tuple(doing.script.names.alias(part).key for part in node.parts)
    return next((item for item in scope.items if item.called == keys), None)


def _behind(doing: Statement, item: Item) -> TableName | None:
    """The one table that is changed through a name."""
    if item.table is not None:
        return item.table
    tables = list(item.relation.behind)
    return doing.script.names.known(tables[0]) if len(tables) == 1 else None


def assigned(doing: Statement, node: exp.Expr, scope: Scope) -> list[tuple[exp.Column, Sources]]:
    """The columns of `a = …` or `(a, b) = (…)`, with what they get."""
    if not isinstance(node, exp.EQ):
        return []
    left, right = node.this, node.expression
    while isinstance(left, exp.Paren):
        left = left.this
    if isinstance(left, exp.Column):
        return [(left, told(sources(right, scope), right, scope))]
    if not isinstance(left, exp.Tuple):
        return []
    targets = [column for column in left.expressions if isinstance(column, exp.Column)]
    while isinstance(right, exp.Paren):
        right = right.this
    if isinstance(right, exp.Query):
        answer = doing.reading.query(right, scope)
        each = [column.sources | answer.shaping for column in answer.relation.columns]
    else:
        each = [sources(value, scope) for value in right.iter_expressions()]
    return list(zip(targets, each, strict=False))


def _owner(doing: Statement, column: exp.Column, scope: Scope) -> TableName | None:
    """The table of `SET t.a = …`, where an update changes several."""
    keys = tuple(doing.script.names.alias(part).key for part in column.parts[:-1])
    item = next((one for one in scope.items if keys and one.called == keys), None)
    return _behind(doing, item) if item is not None else None


def truncate(doing: Statement, node: exp.TruncateTable) -> None:
    doing.kind = "TRUNCATE"
    if node.args.get("is_database"):
        return
    for table in node.expressions:
        doing.write(doing.target(table)[0], Closed(()), {})
