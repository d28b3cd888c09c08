"""Files in SQL: what functions read them, and where they stand in place of a table.

A file's name is its URI, or its path, as written. What is secret in it (a password, a signature)
is left out.
"""

import re

from sqlglot import exp

from lineage.sql.dialects import Dialect, words

#: Table functions whose first argument says which files they read.
_READERS = words(
    "read_parquet parquet_scan read_csv read_csv_auto read_json read_json_auto read_ndjson"
    " read_ndjson_auto read_json_objects read_ndjson_objects read_text read_blob read_xlsx"
    " iceberg_scan delta_scan st_read sniff_csv read_avro scan_arrow_ipc read_files"
    " openrowset s3 gcs cosn oss url file hdfs azureblobstorage iceberg icebergs3"
    " icebergazure deltalake hudi readcsv readparquet"
)
#: The same over a cluster, whose name is the first argument.
_CLUSTERED = words(
    "s3cluster urlcluster filecluster hdfscluster azureblobstoragecluster icebergs3cluster"
    " deltalakecluster"
)
#: Functions around a table of the database itself: its place among the arguments.
_AROUND = {"cluster": 1, "clusterallreplicas": 1}
#: Functions over a table of another database: where its schema and name stand.
_REMOTE = {
    "remote": (1, 2),
    "remotesecure": (1, 2),
    "mysql": (1, 2),
    "postgresql": (1, 2),
    "postgres_scan": (1, 2),
    "mysql_scan": (1, 2),
    "sqlite_scan": (1,),
    "table_changes": (0,),
}
#: Functions that run SQL, or read whatever their arguments say, elsewhere.
_OPAQUE = words(
    "openquery opendatasource dblink external_query postgres_query mysql_query query query_table"
    " odbc jdbc merge mongodb result_scan"
)
_FORMATS = words("parquet csv json orc avro text delta iceberg binaryfile")
_FILE = re.compile(
    r"^[a-z][a-z0-9+.-]*://|\.(csv|tsv|parquet|json|jsonl|ndjson|xlsx)(\.(gz|zst))?$",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\?.*\b(sig|signature|x-amz-[a-z-]+|token|key|secret|password)=", re.I)
_USER = re.compile(r"([a-z][a-z0-9+.-]*)://([^/@\s']+)@", re.IGNORECASE)
#: Azure puts the container where others put a user: abfss://container@account.dfs.core.windows.net
_CONTAINERS = words("abfs abfss wasb wasbs")


def located(text: str) -> str:
    """A location as it is shown: without what gives access to it."""
    text = without_users(text.strip())
    return text.split("?", 1)[0] if _SIGNED.search(text) else text


def without_users(text: str, mask: str = "") -> str:
    """`text` with `mask` in the place of who logs in to a host."""

    def masked(found: re.Match[str]) -> str:
        scheme, user = found[1], found[2]
        if scheme.lower() in _CONTAINERS and ":" not in user:
            return found[0]
        return f"{scheme}://{mask}"

    return _USER.sub(masked, text)


def is_stage(node: exp.Expr | None) -> bool:
    """Whether a table is a stage (Snowflake): `@stage/path`, or a file in quotes."""
    return isinstance(node, exp.Table) and isinstance(node.this, exp.Var)


def file_of(node: exp.Table, dialect: Dialect) -> str:
    """The file that a table's name is: DuckDB's 'x.parquet', Spark's parquet.`s3://…`."""
    this, schema = node.this, node.args.get("db")
    if not this.args.get("quoted"):
        return ""
    if dialect.name == "duckdb" and not schema and _FILE.search(this.name):
        return str(this.name)
    if isinstance(schema, exp.Expr) and schema.name.lower() in _FORMATS and "/" in this.name:
        return str(this.name)
    return ""


def files_read(node: exp.Expr) -> list[str] | None:
    """The files that a function reads: [] when they are not told, None when it reads none."""
    name = _name(node)
    if name not in _READERS and name not in _CLUSTERED:
        return None
    arguments = _arguments(node)[name in _CLUSTERED :][:1]
    if arguments and isinstance(arguments[0], exp.Array | exp.Tuple | exp.Paren | exp.List):
        arguments = list(arguments[0].iter_expressions())
    if not arguments or any(not argument.is_string for argument in arguments):
        return []
    return [argument.name for argument in arguments]


def tables_told(node: exp.Expr) -> list[exp.Table]:
    """The tables among a function's arguments: `cluster('c', db.t)`, which is only that table
    (`only`), and `TABLE(t)` inside of others."""
    place = _AROUND.get(_name(node))
    if place is not None:
        return [table for table in map(_as_table, _arguments(node)[place : place + 1]) if table]
    found = []
    for inner in node.find_all(exp.Anonymous):
        if inner.name.upper() == "TABLE":
            found += [table for table in map(_as_table, inner.expressions) if table]
    for table in found:
        table.set("only", False)
    return found


def _as_table(node: exp.Expr) -> exp.Table | None:
    if not isinstance(node, exp.Column) or not isinstance(node.this, exp.Identifier):
        return None
    table, schema = node.args.get("table"), node.args.get("db")
    return exp.Table(this=node.this.copy(), db=table, catalog=schema, only=True)


def is_opaque(node: exp.Expr) -> bool:
    """Whether a function reads tables that its arguments do not name."""
    inner = node
    if isinstance(node, exp.TableFromRows):
        inner = node.this
    elif _name(node) == "table" and node.expressions:
        inner = node.expressions[0]
    return _name(inner.expression if isinstance(inner, exp.Dot) else inner) in _OPAQUE


def remote_table(node: exp.Expr) -> str:
    """The table of another database that a function reads: `database.table`, or ""."""
    places = _REMOTE.get(_name(node))
    if places is None:
        return ""
    arguments = _arguments(node)
    parts = [arguments[place] for place in places if place < len(arguments)]
    return ".".join(part.name for part in parts if part.is_string or isinstance(part, exp.Column))


def strings_in(node: exp.Expr | None) -> list[str]:
    """The texts in an option: one, or a list of them."""
    if node is None:
        return []
    return [found.name for found in node.find_all(exp.Literal) if found.is_string]


def _name(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    return node.key if isinstance(node, exp.Func) else ""


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    return [
        argument
        for argument in node.iter_expressions()
        if not isinstance(argument, exp.PropertyEQ | exp.Kwarg | exp.EQ)
    ]
