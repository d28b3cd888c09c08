"""What is known of a database's SQL beyond its grammar, and how a task tells which one it is."""

import re
from dataclasses import dataclass

#: SQL of a database that sqlglot does not know, or that nothing tells: read by its own grammar.
GENERIC = "ansi"


def words(text: str) -> frozenset[str]:
    """A set of plain words, as it is written best."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Dialect:
    """How names work in a database.

    `tables` and `columns` tell how unquoted names compare: "lower" folds them to lower case and
    shows them so, as the database's own catalog does; "lower-all" folds quoted ones as well;
    "upper" compares them in upper case, "any" quoted ones too without regard to case, "exact" as
    they are: these three show a name as it was first written. `schema` is where a table is when
    only the database is told. `structs`: a dot may also look into a column. `reuses`: an alias
    of a select list may be used further on in it. `recurses`: without the word RECURSIVE.
    """

    name: str
    tables: str = "any"
    columns: str = "any"
    schema: str = ""
    structs: bool = False
    reuses: bool = False
    recurses: bool = False

    @property
    def grammar(self) -> str:
        """sqlglot's name for it."""
        return "" if self.name == GENERIC else self.name


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect(GENERIC),
        Dialect("athena", "lower-all", "lower-all", structs=True),
        Dialect("bigquery", "exact", "any", structs=True),
        Dialect("clickhouse", "exact", "exact", structs=True, reuses=True),
        Dialect("databricks", "lower-all", "any", structs=True, reuses=True),
        Dialect("doris", "exact", "any"),
        Dialect("dremio", "any", "any", structs=True),
        Dialect("drill", "any", "any", structs=True),
        Dialect("druid", "exact", "exact"),
        Dialect("duckdb", "any", "any", structs=True, reuses=True),
        Dialect("exasol", "upper", "upper"),
        Dialect("fabric", "any", "any", schema="dbo", recurses=True),
        Dialect("hive", "lower-all", "lower-all", structs=True),
        Dialect("materialize", "lower", "lower"),
        Dialect("mysql", "exact", "any"),
        Dialect("oracle", "upper", "upper", recurses=True),
        Dialect("postgres", "lower", "lower"),
        Dialect("presto", "lower-all", "lower-all", structs=True),
        Dialect("redshift", "lower", "lower", structs=True, reuses=True),
        Dialect("risingwave", "lower", "lower"),
        Dialect("singlestore", "exact", "any"),
        Dialect("snowflake", "upper", "upper", schema="PUBLIC", reuses=True, recurses=True),
        Dialect("spark", "lower-all", "any", structs=True, reuses=True),
        Dialect("sqlite"),
        Dialect("starrocks", "exact", "any"),
        Dialect("teradata", reuses=True),
        Dialect("trino", "lower-all", "lower-all", structs=True),
        Dialect("tsql", "any", "any", schema="dbo", recurses=True),
    )
}

#: Other words for a dialect: as plugins, drivers, operators, facets and URLs call it.
_WORDS = {
    "ansi": GENERIC,
    "awsathena": "athena",
    "bq": "bigquery",
    "greenplum": "postgres",
    "cockroach": "postgres",
    "cockroachdb": "postgres",
    "alloydb": "postgres",
    "timescale": "postgres",
    "postgresql": "postgres",
    "pg": "postgres",
    "mariadb": "mysql",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "sybase": "tsql",
    "sparksql": "spark",
    "spark2": "spark",
    "spark3": "spark",
    "delta": "databricks",
    "motherduck": "duckdb",
    "redshiftdata": "redshift",
    "starburst": "trino",
    "teradatasql": "teradata",
    "memsql": "singlestore",
    "hive2": "hive",
    "beeline": "hive",
    # Databases with SQL of their own that the generic grammar mostly reads.
    "as400": GENERIC,
    "db2": GENERIC,
    "vertica": GENERIC,
    "vectorwise": GENERIC,
    "actianvector": GENERIC,
    "hana": GENERIC,
    "pinot": GENERIC,
    "arrowflight": GENERIC,
    "flink": GENERIC,
    "h2": GENERIC,
    "derby": GENERIC,
    "netezza": GENERIC,
    "firebird": GENERIC,
    "informix": GENERIC,
    "monetdb": GENERIC,
}
#: Says that something is SQL without saying which.
_SQL_WORDS = frozenset({"sql", "jdbc", "sqlalchemy", "odbc", "dbt"})
#: Query languages that share a key or a word with SQL and are none.
_NOT_SQL = words(
    "mongodb neo4j cassandra couchbase surrealdb elasticsearch opensearch influxdb graphql"
    " firestore notion salesforce jq prometheus loki"
)


def dialect_of(task_type: str, hint: str = "") -> str:
    """The dialect that a task speaks: a key of DIALECTS, or "" when nothing says that it is SQL.

    `task_type` is Kestra's (`io.kestra.plugin.jdbc.duckdb.Query`), an Airflow operator
    (`SnowflakeOperator`, dotted or not) or an integration of OpenLineage's jobType facet. `hint`
    is more direct and counts first: the `dialect` of the SQL facet, the name of a processing
    engine, the scheme of a dataset's namespace or of a JDBC URL.
    """
    for text in (hint, task_type):
        words = list(_words_of(text))
        if _NOT_SQL.intersection(words):
            return ""
        for word in words:
            found = word if word in DIALECTS else _WORDS.get(word)
            if found:
                return found
    return GENERIC if _SQL_WORDS.intersection(_words_of(f"{task_type} {hint}")) else ""


def _words_of(text: str) -> list[str]:
    """Lower-case words, those of CamelCase also joined two by two: MsSql, SQL Server, BigQuery.

    The last part of a dotted name says the most (a BigQuery task of a Google package).
    """
    found: list[str] = []
    for part in reversed(re.split(r"[^A-Za-z0-9 ]+", text[:500])):
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+", part)
        pieces = [word.lower() for word in words]
        found += [a + b for a, b in zip(pieces, pieces[1:], strict=False)]
        found += [part.lower(), *pieces]
    return [word for word in found if word]
