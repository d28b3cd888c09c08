"""Which function reads which kind of statement, and what moves no rows at all."""

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from lineage.sql import changing, copying, making, merging
from lineage.sql.dialects import words
from lineage.sql.expressions import sources
from lineage.sql.names import TableName
from lineage.sql.relations import Closed
from lineage.sql.scopes import Scope
from lineage.sql.statements import NotUnderstood, Statement

type Handler = Callable[[Statement, Any], None]

#: Statements that neither read nor write rows.
_HARMLESS = tuple(
    getattr(exp, name)
    for name in sorted(
        words(
            "Transaction Commit Rollback Grant Revoke Comment Analyze Describe Show Pragma Attach"
            " Detach Install Kill Put Get ListStage EndStatement Uncache Undrop Semicolon"
        )
    )
    if hasattr(exp, name)
)
#: The same by how they begin, for those that sqlglot only keeps as text, or does not know.
_HARMLESS_BEGINNINGS = re.compile(
    r"(EXPLAIN|VACUUM|LOAD\s+(?!DATA\b)|U?N?LOCK|REINDEX|RESET|SHOW|PRINT|GRANT|REVOKE|DENY"
    r"|OPTIMIZE|MSCK|ADD|LIST|LS|REMOVE|RM|SYSTEM|ATTACH|DETACH|DISCARD|LISTEN|NOTIFY|UNLISTEN"
    r"|SAVEPOINT|RELEASE|CHECKPOINT|DEALLOCATE|CLOSE|SET|ANALYZE|COMMENT|GET|PUT|ROLLBACK|COMMIT"
    r"|START|DESCRIBE|DESC|HELP|FLUSH|ASSERT|RAISE|RAISERROR|THROW|WAITFOR|LEAVE|BREAK|RETURN"
    r"|ITERATE|CLUSTER|UPDATE\s+STATISTICS|CREATE\s+(OR\s+REPLACE\s+)?(\w+\s+)?SECRET"
    r"|(BEGIN|END)(?=\s*$|\s+(TRAN|TRANSACTION|WORK|TRY|CATCH|IF|LOOP|WHILE|FOR|CASE|REPEAT"
    r"|ISOLATION|READ|DEFERRED|IMMEDIATE|EXCLUSIVE|CONCURRENT)\b))\b",
    re.IGNORECASE,
)
#: What can be made, changed or dropped without touching rows.
_WITHOUT_ROWS = words(
    "ROLE USER EXTENSION FOREIGN WAREHOUSE SESSION SYSTEM DATABASE SCHEMA ACCOUNT GROUP POLICY"
    " SEQUENCE FUNCTION PROC PROCEDURE TRIGGER INDEX STAGE PIPE TASK STREAM INTEGRATION SERVER"
    " TYPE DOMAIN PUBLICATION SUBSCRIPTION SECRET CATALOG RESOURCE TAG NETWORK FILE LOGIN"
    " PACKAGE SYNONYM TABLESPACE PROFILE LANGUAGE OPERATOR CAST COLLATION AGGREGATE RULE"
    " MASKING ROW QUOTA SETTINGS NAMED MACRO MODULE CONSTRAINT SEARCH VECTOR"
)
#: Words in an ALTER TABLE that move rows in a way that is not followed.
_MOVING = re.compile(r"\b(SWITCH|MOVE|ATTACH|EXCHANGE|REPLACE|RENAME|SCHEMA)\b", re.IGNORECASE)
_NOT_WORDS = words("OR REPLACE GLOBAL LOCAL UNIQUE PUBLIC SECURE ALTER EXTERNAL IF NOT EXISTS")


def handle(doing: Statement, node: exp.Expr) -> None:
    """Read one statement; raises NotUnderstood for what is none that moves rows in a known way."""
    handler = _HANDLERS.get(type(node))
    if handler is not None:
        handler(doing, node)
    elif isinstance(node, exp.Query):
        query(doing, node)
    elif isinstance(node, _HARMLESS):
        doing.kind = _kind(node)
    else:
        raise NotUnderstood("This is not a statement whose lineage is known.")


def is_harmless(text: str) -> bool:
    """Whether a statement that is not parsed is known to move no rows."""
    return _HARMLESS_BEGINNINGS.match(text.strip()) is not None


def _kind(node: exp.Expr) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def query(doing: Statement, node: exp.Query) -> None:
    """SELECT, and SELECT … INTO a table."""
    doing.kind = "SELECT"
    first: exp.Expr = node
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    into = first.args.get("into")
    if into is not None and (isinstance(into.this.this, exp.Parameter) or _into_variable(doing)):
        into = None
    doing.reading.tells = into is not None
    answer = doing.reading.query(node, Scope(doing.reading))
    if into is None:
        return
    doing.kind = "SELECT INTO"
    target, _ = doing.target(into.this)
    if isinstance(target, TableName):
        if into.args.get("temporary"):
            doing.script.make_temporary(target)
        else:
            making.told_by(doing, target, answer.relation)
    doing.put(target, [], answer, by_name=True)


def _into_variable(doing: Statement) -> bool:
    """Whether INTO names variables in this dialect."""
    return doing.script.names.dialect.name in ("oracle", "mysql")


def use(doing: Statement, node: exp.Use) -> None:
    doing.kind = "USE"
    kind = node.args.get("kind")
    if isinstance(node.this, exp.Table) and (
        kind is None or kind.name not in ("WAREHOUSE", "ROLE")
    ):
        doing.script.names.use(node.this.parts, kind.name if kind is not None else "")


def set_(doing: Statement, node: exp.Set) -> None:
    """Variables; the search path tells where the names that follow are."""
    doing.kind = "SET"
    for item in node.expressions:
        value = item.this
        if not isinstance(value, exp.EQ):
            continue
        if value.this.name.lower() in ("search_path", "schema", "current_schema"):
            doing.script.names.use([exp.to_identifier(value.expression.name)], "SCHEMA")
        elif value.find(exp.Query) is not None:
            sources(value.expression, Scope(doing.reading))


def declare(doing: Statement, node: exp.Declare) -> None:
    """Variables; those that are tables are temporary ones (T-SQL)."""
    doing.kind = "DECLARE"
    for item in node.expressions:
        names = item.this if isinstance(item.this, list) else [item.this]
        for name in names:
            if isinstance(name, exp.Identifier):
                doing.script.variables.add(doing.script.names.column(name).key)
        kind = item.args.get("kind")
        if isinstance(kind, exp.Schema) and isinstance(names[0], exp.Parameter):
            table = exp.Table(this=names[0].copy())
            name, columns = doing.target(exp.Schema(this=table, expressions=kind.expressions))
            if isinstance(name, TableName):
                doing.script.make_temporary(name, columns)
        default = item.args.get("default")
        if isinstance(default, exp.Expr):
            sources(default, Scope(doing.reading))


def refresh(doing: Statement, node: exp.Refresh) -> None:
    """A materialized view is filled; a table's metadata is not."""
    doing.kind = "REFRESH"
    if "VIEW" in str(node.args.get("kind") or "").upper():
        doing.write(doing.target(node.this)[0], Closed(()), {})


def summarize(doing: Statement, node: exp.Expr) -> None:
    """DuckDB: SUMMARIZE and PIVOT read a table."""
    doing.kind = "SELECT"
    doing.reading.query(node.this, Scope(doing.reading))


def command(doing: Statement, node: exp.Command) -> None:
    """What sqlglot keeps as text: fine when it is known to move no rows."""
    words = f"{node.name} {node.text('expression')}".upper().split()
    doing.kind = words[0] if words else ""
    if doing.kind in ("CREATE", "ALTER", "DROP"):
        what = next((word for word in words[1:] if word not in _NOT_WORDS), "")
        doing.kind = f"{doing.kind} {what}"
        if what in _WITHOUT_ROWS or words[0] == "DROP":
            return
        if doing.kind == "ALTER TABLE" and not _MOVING.search(node.text("expression")):
            return
    elif is_harmless(" ".join(words)):
        return
    raise NotUnderstood(f"What {doing.kind} does with tables is not known.")


def execute(doing: Statement, node: exp.Execute) -> None:
    """T-SQL: procedures are not looked into; sp_rename is known."""
    doing.kind = "EXECUTE"
    name = node.this.name if isinstance(node.this, exp.Expr) else ""
    texts = [part.name for part in node.expressions if part.is_string]
    if name.lower() == "sp_rename" and len(texts) == 3:
        return
    if name.lower() == "sp_rename" and len(texts) == 2:
        old, new = (exp.to_table(text, dialect="tsql") for text in texts)
        making.rename(doing, old, new)
        return
    raise NotUnderstood(f"What the procedure {name} does with tables is not known.")


_HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Insert: changing.insert,
    exp.MultitableInserts: changing.insert_many,
    exp.Update: changing.update,
    exp.Delete: changing.delete,
    exp.Merge: merging.merge,
    exp.TruncateTable: changing.truncate,
    exp.Create: making.create,
    exp.Cache: making.cache,
    exp.Drop: making.drop,
    exp.Alter: making.alter,
    exp.Copy: copying.copy,
    exp.LoadData: copying.load,
    exp.Export: copying.export_data,
    exp.Use: use,
    exp.Set: set_,
    exp.Declare: declare,
    exp.Refresh: refresh,
    exp.Summarize: summarize,
    exp.Pivot: summarize,
    exp.Command: command,
    exp.Execute: execute,
}
