"""Words that only some databases have, and that must not be taken for names of tables."""

import pytest

from lineage.sql import infer

#: dialect, statement, what it reads, what it writes.
FOLLOWED = [
    ("mysql", "INSERT LOW_PRIORITY IGNORE INTO t (a) SELECT a FROM s", "s", "t"),
    ("mysql", "DELETE QUICK FROM t WHERE a IN (SELECT a FROM s)", "s", "t"),
    ("mysql", "UPDATE LOW_PRIORITY t SET a = (SELECT max(a) FROM s)", "s", "t"),
    ("mysql", "REPLACE t SELECT * FROM s", "s", "t"),
    ("sqlite", "UPDATE OR IGNORE t SET a = (SELECT a FROM s)", "s", "t"),
    ("postgres", "INSERT INTO t (a) OVERRIDING SYSTEM VALUE SELECT a FROM s", "s", "t"),
    ("postgres", "COPY (SELECT a FROM s) TO PROGRAM 'gzip > /tmp/x.gz'", "s", ""),
    ("postgres", "COPY s TO STDOUT", "s", ""),
    ("postgres", "COPY t FROM STDIN", "", "t"),
    ("spark", "INSERT OVERWRITE TABLE t PARTITION (d) IF NOT EXISTS SELECT a, d FROM s", "s", "t"),
    ("databricks", "CREATE TABLE t DEEP CLONE s", "s", "t"),
    (
        "databricks",
        "MERGE WITH SCHEMA EVOLUTION INTO t USING s ON t.i = s.i WHEN NOT MATCHED THEN INSERT *",
        "s",
        "t",
    ),
    ("oracle", "INSERT INTO t SELECT a FROM s LOG ERRORS INTO e REJECT LIMIT UNLIMITED", "s", "t"),
    ("oracle", "CREATE TABLE t PARALLEL 4 NOLOGGING AS SELECT a FROM s", "s", "t"),
    ("tsql", "INSERT INTO t WITH (TABLOCK) (a) SELECT a FROM s", "s", "t"),
    ("tsql", "DELETE TOP (10) PERCENT FROM t WHERE a IN (SELECT a FROM s)", "s", "t"),
    ("redshift", "MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES", "s", "t"),
    (
        "trino",
        "CREATE MATERIALIZED VIEW t GRACE PERIOD INTERVAL '1' DAY AS SELECT a FROM s",
        "s",
        "t",
    ),
    ("clickhouse", "ALTER TABLE t DELETE WHERE id IN (SELECT id FROM s)", "s", "t"),
    ("clickhouse", "WITH (SELECT max(a) FROM s) AS m INSERT INTO t SELECT m", "s", "t"),
    (
        "tsql",
        "WHILE 1=1 BEGIN DELETE TOP (9) FROM t WHERE a IN (SELECT a FROM s); END",
        "s",
        "t",
    ),
    ("bigquery", "CREATE TABLE t AS SELECT a FROM `p.d.INFORMATION_SCHEMA.TABLES`", "", "t"),
    ("bigquery", "DROP SNAPSHOT TABLE s", "", ""),
    ("tsql", "CREATE PROCEDURE p AS\nINSERT INTO a SELECT x FROM b\nDELETE FROM c", "", ""),
    ("tsql", "IF 1 = 1\n  DELETE FROM t\nINSERT INTO u\nSELECT a FROM s", "s", "t u"),
    ("tsql", "GRANT SELECT,\nINSERT ON t TO someone", "", ""),
    ("spark", "CREATE GLOBAL TEMP VIEW v AS SELECT a FROM s", "s", ""),
    ("spark", "WITH v AS (SELECT x FROM s) FROM v INSERT INTO t SELECT x", "s", "t"),
    ("databricks", "INSERT INTO t SELECT a FROM table_changes('s', 1)", "s", "t"),
    ("postgres", "CREATE TEMP TABLE v ON COMMIT DROP AS SELECT a FROM s", "s", ""),
    ("postgres", "CREATE VIEW t WITH (security_barrier) AS SELECT a FROM s", "s", "t"),
    ("mysql", "CREATE VIEW t AS SELECT a FROM s WITH CHECK OPTION", "s", "t"),
    ("redshift", "UNLOAD ($$SELECT a FROM s$$) TO 's3://b/x'", "s", "s3://b/x"),
]

#: What is known to be more than what is found, and says so.
REPORTED = [
    ("duckdb", "COPY FROM DATABASE a TO b", "", ""),
    ("bigquery", "FOR r IN (SELECT a FROM s) DO INSERT INTO t (a) VALUES (r.a); END FOR", "", "t"),
    ("tsql", "INSERT INTO OPENROWSET('x', 'y', 'z') SELECT a FROM s", "", ""),
    ("snowflake", "INSERT INTO t SELECT a FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))", "", "t"),
    ("trino", "INSERT INTO t SELECT a FROM TABLE(pg.system.query(query => 'SELECT 1'))", "", "t"),
]


@pytest.mark.parametrize(("dialect", "sql", "reads", "writes"), [*FOLLOWED, *REPORTED])
def test_tables_are_those_that_the_database_means(
    dialect: str, sql: str, reads: str, writes: str
) -> None:
    found = infer(sql, dialect)
    assert [name for one in found.statements for name in one.reads] == reads.split()
    assert [name for one in found.statements for name in one.writes] == writes.split()
    assert bool(found.problems) is ((dialect, sql, reads, writes) in REPORTED)


@pytest.mark.parametrize(
    ("dialect", "routine"),
    [
        (
            "oracle",
            "CREATE OR REPLACE PROCEDURE p AS v NUMBER; BEGIN INSERT INTO t SELECT a FROM r;"
            " IF v > 1 THEN UPDATE u SET a = 1; END IF; END;\n/\n",
        ),
        ("mysql", "CREATE PROCEDURE p() BEGIN IF 1 THEN DELETE FROM u; END IF; END;"),
        ("bigquery", "CREATE PROCEDURE d.p() BEGIN INSERT INTO d.t SELECT a FROM d.r; END;"),
        ("bigquery", "CREATE TEMP FUNCTION f(x INT64) AS (x + 1);"),
        ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM u; $$;"),
        ("snowflake", "CREATE PROCEDURE p() RETURNS INT AS BEGIN DELETE FROM u; RETURN 1; END;"),
        ("tsql", "CREATE OR ALTER PROCEDURE p AS BEGIN DELETE FROM u; DELETE FROM v END\nGO\n"),
        ("tsql", "ALTER PROC p AS\nINSERT INTO t SELECT a FROM r;\nDELETE FROM u\nGO\n"),
        ("tsql", "CREATE TRIGGER p ON t AFTER INSERT AS INSERT INTO a SELECT x FROM r\nGO\n"),
    ],
)
def test_what_a_routine_would_do_is_not_done_where_it_is_made(dialect: str, routine: str) -> None:
    found = infer(f"{routine} INSERT INTO t SELECT a FROM s", dialect)
    assert [(one.reads, one.writes) for one in found.statements if one.writes] == [
        (("s",), ("t",))
    ]
    assert not found.problems
