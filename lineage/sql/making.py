"""CREATE, ALTER and DROP: what makes tables out of others, and what the script learns of them."""

from sqlglot import exp

from lineage.sql.changing import delete
from lineage.sql.locations import files_read, strings_in
from lineage.sql.names import Name, TableName, parts_of
from lineage.sql.queries import Answer
from lineage.sql.relations import Closed, Relation, names_of
from lineage.sql.scopes import Scope
from lineage.sql.statements import Statement
from lineage.sql.tables import items_of

#: What holds rows; everything else that can be made (a function, an index, a role) moves none.
_WITH_ROWS = frozenset({"TABLE", "VIEW", "MODEL"})


def create(doing: Statement, node: exp.Create) -> None:
    kind = str(node.args.get("kind") or "").upper()
    doing.kind = f"CREATE {kind}".strip()
    if kind not in _WITH_ROWS or not isinstance(node.this, exp.Table | exp.Schema):
        return
    properties = node.args.get("properties")
    target, columns = doing.target(node.this)
    scope = Scope(doing.reading)
    doing.reading.define(node, scope)
    answer = _rows(doing, node, scope)
    if answer is None:
        columns = columns or _alike(doing, node)
    if isinstance(target, TableName):
        if _is_temporary(target, properties):
            doing.script.make_temporary(target, columns if answer is None else ())
            if answer is None:
                return
        elif _reuses(node):
            _tell(doing, target, columns, answer)
    if answer is not None and columns:
        doing.put(target, columns, answer)
    else:
        doing.write(target, *(answer or Answer(Closed(()), {})))
    into = properties.find(exp.ToTableProperty) if properties is not None else None
    if into is not None and answer is not None:
        doing.put(doing.target(into.this)[0], [], answer, by_name=True)


def _rows(doing: Statement, node: exp.Create, scope: Scope) -> Answer | None:
    """What a new table is filled with: a query, another table, files; None for nothing."""
    query, clone = node.args.get("expression"), node.args.get("clone")
    if isinstance(query, exp.Query | exp.Values):
        return doing.reading.query(query, scope)
    if clone is not None:
        return Answer(items_of(clone.this, scope)[0].relation, doing.reading.shaping)
    files = _files(node.args.get("properties"))
    return Answer(doing.reading.files(files), {}) if files else None


def _files(properties: exp.Properties | None) -> list[str]:
    """The files that a table is made over: LOCATION, `path`, `uris`, or its engine's."""
    found: list[str] = []
    for each in properties.find_all(exp.Property) if properties is not None else ():
        if isinstance(each, exp.LocationProperty):
            found += strings_in(each.this)
        elif isinstance(each, exp.EngineProperty) and isinstance(each.this, exp.Func):
            found += files_read(each.this) or []
        elif each.name.lower() in ("path", "uri", "uris", "location"):
            found += strings_in(each.args.get("value"))
    return found


def _alike(doing: Statement, node: exp.Create) -> list[Name]:
    """The columns of the table that this one is made like."""
    like = node.find(exp.LikeProperty)
    table = like.this if like is not None else node.args.get("expression")
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        return []
    return list(doing.script.columns.get(doing.script.names.table(parts_of(table)).key, ()))


def _is_temporary(target: TableName, properties: exp.Properties | None) -> bool:
    places = {"pg_temp", "_session", "session", "tempdb"}
    if target.last.text.startswith("#") or {p.key.lower() for p in target.parts[:-1]} & places:
        return True
    return properties is not None and properties.find(exp.TemporaryProperty) is not None


def _reuses(node: exp.Create) -> bool:
    """Whether the table is made for sure: IF NOT EXISTS may leave an older one, made otherwise."""
    return not node.args.get("exists")


def _tell(doing: Statement, target: TableName, columns: list[Name], answer: Answer | None) -> None:
    if answer is None or columns:
        doing.script.tell(target, columns or None)
    else:
        told_by(doing, target, answer.relation)


def told_by(doing: Statement, target: TableName, rows: Relation) -> None:
    """A table was made of these rows: it has their columns."""
    doing.script.tell(target, names_of(rows), surely=not rows.has_more)


def cache(doing: Statement, node: exp.Cache) -> None:
    """Spark: CACHE TABLE … AS is a temporary view."""
    doing.kind = "CACHE TABLE"
    query = node.args.get("expression")
    if isinstance(query, exp.Query):
        answer = doing.reading.query(query, Scope(doing.reading))
        target, _ = doing.target(node.this)
        if isinstance(target, TableName):
            doing.script.make_temporary(target)
            doing.write(target, *answer)


def drop(doing: Statement, node: exp.Drop) -> None:
    """What is dropped is gone, but nothing was written."""
    doing.kind = f"DROP {node.args.get('kind') or ''}".strip()
    for table in node.args.get("tables") or [node.this]:
        if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
            doing.script.forget(doing.script.names.table(parts_of(table)))


def alter(doing: Statement, node: exp.Alter) -> None:
    """RENAME moves rows, SWAP does both ways; other changes make the columns unknown."""
    doing.kind = f"ALTER {node.args.get('kind') or ''}".strip()
    if not isinstance(node.this, exp.Table) or not isinstance(node.this.this, exp.Identifier):
        return
    for action in node.args.get("actions") or ():
        if isinstance(action, exp.AlterRename):
            rename(doing, node.this, action.this)
        elif isinstance(action, exp.SwapTable):
            swap(doing, node.this, action.this)
        elif isinstance(action, exp.ReplacePartition):
            moved(doing, action.args["source"], node.this)
        elif isinstance(action, exp.Delete):
            where = action.args.get("where")
            delete(doing, exp.Delete(this=node.this.copy(), where=where))
            doing.kind = "ALTER TABLE"
        else:
            doing.script.tell(doing.script.names.table(parts_of(node.this)), None)


def moved(doing: Statement, old: exp.Table, new: exp.Table) -> Relation:
    """All rows of one table go into another."""
    rows = items_of(old, Scope(doing.reading))[0].relation
    doing.write(doing.target(new)[0], rows, {})
    return rows


def rename(doing: Statement, old: exp.Table, new: exp.Table) -> None:
    """A new name without a schema stays in the schema of the old one."""
    name = doing.script.names.table(parts_of(old))
    if len(new.parts) == 1 and len(old.parts) > 1:
        new = exp.Table(this=new.this, db=old.args.get("db"), catalog=old.args.get("catalog"))
    made = doing.script.temporary(name)
    target = doing.script.names.table(parts_of(new))
    if made is not None:
        doing.script.rename_temporary(name, target)
        return
    rows = moved(doing, old, new)
    doing.script.forget(name)
    told_by(doing, target, rows)


def swap(doing: Statement, one: exp.Table, other: exp.Table) -> None:
    """Each becomes what the other was."""
    scope = Scope(doing.reading)
    rows, others = (items_of(table, scope)[0].relation for table in (one, other))
    doing.write(doing.target(one)[0], others, {})
    doing.write(doing.target(other)[0], rows, {})
    for table in (one, other):
        doing.script.tell(doing.script.names.table(parts_of(table)), None)
