"""What is told of a statement beside its tables and columns, and what is never told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.sql import DIALECTS, infer
from lineage.sql.inference import LONGEST, LONGEST_STATEMENT
from tests.lineage.sql.corpus_reader import read_cases


def only(sql: str, dialect: str = "postgres"):
    found = infer(sql, dialect)
    assert found.problems == ()
    (statement,) = found.statements
    return statement


def described(sql: str, dialect: str = "postgres") -> dict[tuple[str, str, str], str]:
    return {
        (link.upstream_column, link.downstream_column, link.subtype): link.description
        for link in only(sql, dialect).columns
    }


def test_a_link_tells_the_expressions_on_the_way():
    found = described(
        "CREATE TABLE t AS WITH d AS (SELECT day, sum(amount) AS total FROM o GROUP BY day)"
        " SELECT day, round(total, 2) AS total FROM d WHERE total > 10"
    )
    assert found["day", "day", "IDENTITY"] == ""
    assert found["amount", "total", "AGGREGATION"] == "SUM(amount) → ROUND(total, 2)"
    assert found["amount", "", "FILTER"] == "SUM(amount) → total > 10"
    assert found["day", "", "GROUP_BY"] == ""


def test_indirect_links_are_told_from_direct_ones():
    types = {
        link.subtype: link.type
        for link in only("CREATE TABLE t AS SELECT a, b + 1 AS b FROM s WHERE c").columns
    }
    assert types == {"IDENTITY": "DIRECT", "TRANSFORMATION": "DIRECT", "FILTER": "INDIRECT"}


def test_hashes_and_counts_mask():
    masking = {
        link.downstream_column: link.masking
        for link in only(
            "CREATE TABLE t AS SELECT md5(a) AS a, count(b) AS b, upper(c) AS c FROM s"
        ).columns
    }
    assert masking == {"a": True, "b": True, "c": False}


def test_links_only_go_out_from_what_is_read():
    statement = only("UPDATE stock SET total = price * quantity WHERE sold")
    assert (statement.reads, statement.writes, statement.columns) == ((), ("stock",), ())


@pytest.mark.parametrize(
    ("dialect", "name", "shown"),
    [
        ("postgres", 'Raw."My Orders"', "raw.My Orders"),
        ("trino", "Hive.Raw.Orders", "hive.raw.orders"),
        ("spark", "`Raw`.Orders", "raw.orders"),
        ("snowflake", 'Raw."Orders"', "Raw.Orders"),
        ("bigquery", "`Acme-Prod.Raw.Orders`", "Acme-Prod.Raw.Orders"),
        ("tsql", "[Raw].[My Orders]", "Raw.My Orders"),
        ("duckdb", 'Raw."Orders"', "Raw.Orders"),
        ("mysql", "`Raw`.`Orders`", "Raw.Orders"),
        ("oracle", 'Raw."Orders"', "Raw.Orders"),
    ],
)
def test_names_are_shown_without_quotes_and_as_the_database_has_them(dialect, name, shown):
    assert only(f"SELECT 1 AS one FROM {name} AS t" if dialect != "oracle" else
                f"SELECT 1 AS one FROM {name} t", dialect).reads == (shown,)  # fmt: skip


def test_one_column_has_one_spelling():
    links = only("CREATE TABLE t AS SELECT VendorID, vendorid + 1 AS n FROM trips", "duckdb")
    assert {link.upstream_column for link in links.columns} == {"VendorID"}


def test_a_problem_has_its_place():
    found = infer("SELECT 1;\n\nSELECT a b c\n  FROM t;\nSELECT 2", "postgres")
    (problem,) = found.problems
    assert (problem.statement, problem.line, problem.column) == (2, 3, 12)
    assert str(problem) == "Line 3, column 12: Invalid expression / Unexpected token, at “c”."
    assert len(found.statements) == 2


def test_what_comes_before_a_quote_without_end_is_understood():
    found = infer("INSERT INTO a SELECT x FROM b;\nSELECT 'oh;\nSELECT 1;", "postgres")
    assert [s.writes for s in found.statements] == [("a",)]
    assert [(p.statement, p.line) for p in found.problems] == [(2, 2)]


def test_the_text_of_a_statement_is_kept_without_credentials():
    text = only(
        "COPY t FROM 's3://b/x' CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=SK' CSV",
        "redshift",
    ).sql
    assert text == "COPY t FROM 's3://b/x' CREDENTIALS '******' CSV"
    text = only(
        "INSERT INTO t SELECT a FROM s3('https://b/x.csv', 'KEY', 'SECRET', 'CSV')", "clickhouse"
    ).sql
    assert "KEY" not in text and "SECRET" not in text
    text = only("SELECT a FROM postgresql('h:5432', 'db', 't', 'me', 'pw')", "clickhouse").sql
    assert text == "SELECT a FROM postgresql('h:5432', 'db', 't', '******', '******')"


def test_a_location_does_not_give_access():
    (signed,) = only("SELECT * FROM 'https://a.example/x.csv?sig=abc&se=1'", "duckdb").reads
    assert signed == "https://a.example/x.csv"
    (user,) = only("SELECT * FROM read_csv('https://me:pw@a.example/x.csv')", "duckdb").reads
    assert user == "https://a.example/x.csv"
    lake = "abfss://box@acct.dfs.core.windows.net/x"
    (container,) = only(f"SELECT * FROM parquet.`{lake}`", "spark").reads
    assert container == lake


def test_long_statements_are_cut():
    values = ", ".join(f"({n})" for n in range(10_000))
    assert len(only(f"INSERT INTO t VALUES {values}").sql) == LONGEST_STATEMENT


def test_what_is_too_long_is_not_looked_at():
    found = infer("-" * (LONGEST + 1), "postgres")
    assert found.statements == ()
    assert "not looked at" in found.problems[0].message


@pytest.mark.parametrize(
    "sql",
    [
        "CALL refresh_all()",
        "EXECUTE IMMEDIATE 'DELETE FROM t'",
        "PREPARE p AS SELECT 1",
        "ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1)",
        "frobnicate the table",
    ],
)
def test_what_may_move_rows_unseen_is_reported(sql):
    found = infer(sql, "postgres")
    assert found.statements == ()
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "VACUUM ANALYZE t",
        "GRANT SELECT ON t TO r",
        "CREATE EXTENSION pg_trgm",
        "CREATE ROLE reader",
        "SET statement_timeout = 0",
        "EXPLAIN SELECT 1",
        "LOCK TABLE t",
        "SAVEPOINT s",
        "DROP TABLE t",
        "CREATE INDEX i ON t (a)",
        "-- only a comment",
        "",
    ],
)
def test_what_moves_no_rows_is_no_problem(sql):
    found = infer(sql, "postgres")
    assert found.problems == ()
    assert all(not s.reads and not s.writes for s in found.statements)


WORDS = sorted({word for case in read_cases() for word in case.sql.split()})


@settings(max_examples=150)
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=30),
    dialect=st.sampled_from(sorted(DIALECTS)),
)
def test_no_sequence_of_words_is_too_much(words, dialect):
    text = " ".join(words)
    found = infer(text, dialect)
    for problem in found.problems:
        assert problem.line >= 0 and problem.message
    for statement in found.statements:
        assert all(statement.reads) and all(statement.writes)
        assert {link.upstream for link in statement.columns} <= set(statement.reads)
        assert {link.downstream for link in statement.columns} <= set(statement.writes)
