"""SQL with templates that have no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.sql import infer, made_parsable
from lineage.sql.templates import is_marked

DIALECTS = ("postgres", "duckdb", "mysql", "bigquery", "snowflake", "spark", "clickhouse", "tsql")


def test_an_expression_becomes_a_name_that_nobody_uses():
    made = made_parsable("SELECT {{ a }} FROM x_{{ b | upper }} WHERE {{a}}")
    assert made.text == (
        "SELECT headwater_template_0_ FROM x_headwater_template_1_ WHERE headwater_template_0_"
    )
    assert made.expressions == ("{{ a }}", "{{ b | upper }}")
    assert made.shown("x_headwater_template_1_") == "x_{{ b | upper }}"


def test_statements_and_comments_of_the_template_language_leave_no_name():
    made = made_parsable("{# why #}{% if a %}SELECT 1{% endif %}")
    assert made.text.strip() == "SELECT 1"
    assert made.expressions == ()


@given(st.text(alphabet="a'{}%#$ \n;\"", max_size=60))
def test_lines_stay_lines_and_nothing_is_left_that_could_be_a_template(text):
    made = made_parsable(text)
    assert made.text.count("\n") == text.count("\n")
    assert made_parsable(made.text).expressions == ()
    assert len(made.expressions) == 0 or is_marked(made.text)


def test_a_million_openings_are_no_work():
    assert made_parsable("{{" * 500_000).expressions == ()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_need_not_be_known(dialect):
    sql = (
        "INSERT INTO mart.t (a, b) SELECT a, {{ inputs.b }} FROM raw.s"
        " WHERE c = '{{ now() }}' AND d > {{ d }} AND e IN ({{ e }})"
    )
    found = infer(sql, dialect)
    assert found.problems == ()
    (insert,) = found.statements
    assert (insert.reads, insert.writes) == (("raw.s",), ("mart.t",))
    columns = {(link.upstream_column, link.downstream_column) for link in insert.columns}
    assert columns == {("a", "a"), ("c", ""), ("d", ""), ("e", "")}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_table_that_is_not_known_is_reported_as_it_was_written(dialect):
    found = infer("INSERT INTO {{ vars.mart }}.t\nSELECT a FROM raw.s", dialect)
    (insert,) = found.statements
    assert (insert.reads, insert.writes) == (("raw.s",), ())
    (problem,) = found.problems
    assert (problem.line, problem.column) == (1, 13)
    assert problem.message == "The name “{{ vars.mart }}.t” is not known."
    assert insert.sql == "INSERT INTO {{ vars.mart }}.t\nSELECT a FROM raw.s"


def test_a_file_that_is_not_known_is_reported():
    found = infer("COPY t TO 's3://{{ bucket }}/x.csv'", "duckdb")
    assert found.statements[0].writes == ()
    assert [p.message for p in found.problems] == [
        "The location “s3://{{ bucket }}/x.csv” is not known."
    ]
