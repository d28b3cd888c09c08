"""Which dialect a task speaks."""

import pytest
from sqlglot.dialects.dialect import Dialect

from lineage.sql import DIALECTS, dialect_of

KESTRA = "io.kestra.plugin"


@pytest.mark.parametrize(
    ("task_type", "dialect"),
    [
        (f"{KESTRA}.jdbc.duckdb.Query", "duckdb"),
        (f"{KESTRA}.jdbc.postgresql.Queries", "postgres"),
        (f"{KESTRA}.jdbc.mysql.Batch", "mysql"),
        (f"{KESTRA}.jdbc.mariadb.Query", "mysql"),
        (f"{KESTRA}.jdbc.sqlserver.Query", "tsql"),
        (f"{KESTRA}.jdbc.oracle.Query", "oracle"),
        (f"{KESTRA}.jdbc.sqlite.Query", "sqlite"),
        (f"{KESTRA}.jdbc.clickhouse.Query", "clickhouse"),
        (f"{KESTRA}.jdbc.snowflake.Query", "snowflake"),
        (f"{KESTRA}.jdbc.redshift.Query", "redshift"),
        (f"{KESTRA}.jdbc.trino.Query", "trino"),
        (f"{KESTRA}.jdbc.druid.Query", "druid"),
        (f"{KESTRA}.jdbc.db2.Query", "ansi"),
        (f"{KESTRA}.jdbc.pinot.Query", "ansi"),
        (f"{KESTRA}.gcp.bigquery.Query", "bigquery"),
        (f"{KESTRA}.aws.athena.Query", "athena"),
        (f"{KESTRA}.databricks.sql.Query", "databricks"),
        (f"{KESTRA}.scripts.shell.Commands", ""),
        (f"{KESTRA}.core.log.Log", ""),
        (f"{KESTRA}.mongodb.Find", ""),
        (f"{KESTRA}.neo4j.Query", ""),
        (f"{KESTRA}.elasticsearch.Esql", ""),
        ("PostgresOperator", "postgres"),
        ("MsSqlOperator", "tsql"),
        ("BigQueryInsertJobOperator", "bigquery"),
        ("RedshiftDataOperator", "redshift"),
        ("airflow.providers.snowflake.operators.snowflake.SnowflakeOperator", "snowflake"),
        ("SPARK", "spark"),
        ("DBT", "ansi"),
        ("SQLExecuteQueryOperator", "ansi"),
        ("", ""),
    ],
)
def test_a_task_type_tells_the_dialect(task_type, dialect):
    assert dialect_of(task_type) == dialect


@pytest.mark.parametrize(
    ("hint", "dialect"),
    [
        ("snowflake", "snowflake"),
        ("PostgreSQL", "postgres"),
        ("mssql", "tsql"),
        ("sparksql", "spark"),
        ("Databricks SQL", "databricks"),
        ("jdbc:sqlserver://host:1433;database=x", "tsql"),
        ("postgres://warehouse:5432", "postgres"),
        ("awsathena://athena.eu-west-1.amazonaws.com", "athena"),
        ("no such database", "bigquery"),
    ],
)
def test_a_hint_counts_before_the_task_type(hint, dialect):
    assert dialect_of("BigQueryInsertJobOperator", hint) == dialect


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda d: d.name)
def test_every_dialect_has_a_grammar(dialect):
    assert Dialect.get_or_raise(dialect.grammar)
