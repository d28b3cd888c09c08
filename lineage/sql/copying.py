"""Between tables and files: COPY, UNLOAD, EXPORT and LOAD."""

from sqlglot import exp

from lineage.sql.locations import is_stage, strings_in
from lineage.sql.queries import Answer
from lineage.sql.relations import Closed, Relation
from lineage.sql.scopes import Scope
from lineage.sql.statements import Statement
from lineage.sql.tables import items_of


def copy(doing: Statement, node: exp.Copy) -> None:
    """COPY … FROM and TO; Snowflake's COPY INTO a table, and into a stage or location."""
    doing.kind = node.text("label") or "COPY"
    files = node.args.get("files") or []
    subject = node.this
    into_file = is_stage(subject) or isinstance(subject.this, exp.Literal)
    if into_file:
        export(doing, subject.this.name, files[0])
    elif not node.args.get("kind"):
        named = [file for file in files if is_stage(file) or _is_text(file)]
        for file in named:
            export(doing, file.name, subject)
        if not named:  # STDOUT, or a program
            items_of(subject, doing.scope())
    else:
        target, columns = doing.target(subject)
        if len(files) == 1 and isinstance(files[0], exp.Query):
            answer = doing.reading.query(files[0], Scope(doing.reading))
            doing.put(target, columns, answer)
            return
        doing.reading.files([file.name for file in files if is_stage(file) or file.is_string])
        # The columns of a file go in by their place, whatever they are called there.
        doing.write(target, Relation(), {})


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Expr) and node.is_string


def export(doing: Statement, location: str, subject: exp.Expr) -> None:
    """Rows of a query or table go into a file."""
    if isinstance(subject, exp.Schema):
        subject = subject.this
    if isinstance(subject, exp.Query) and not isinstance(subject.this, exp.Table):
        answer = doing.reading.query(subject, Scope(doing.reading))
    else:
        answer = Answer(items_of(subject, Scope(doing.reading))[0].relation, doing.reading.shaping)
    doing.write(doing.location(location), *answer)


def load(doing: Statement, node: exp.LoadData) -> None:
    doing.kind = "LOAD DATA"
    files = strings_in(node.args.get("inpath"))
    for each in (node.args.get("files") or exp.Properties()).find_all(exp.Property):
        if each.name.lower() in ("uri", "uris"):
            files += strings_in(each.args.get("value"))
    doing.reading.files(files)
    doing.write(doing.target(node.this)[0], Closed(()), {})


def export_data(doing: Statement, node: exp.Export) -> None:
    """BigQuery: EXPORT DATA OPTIONS (uri = …) AS query."""
    doing.kind = "EXPORT DATA"
    answer = doing.reading.query(node.this, Scope(doing.reading))
    options = node.args.get("options") or exp.Properties()
    for each in options.find_all(exp.Property):
        if each.name.lower() == "uri":
            for uri in strings_in(each.args.get("value")):
                doing.write(doing.location(uri), *answer)
