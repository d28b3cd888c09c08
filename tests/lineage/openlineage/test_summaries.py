"""What facets of jobs and runs come to for flows and executions."""

import pytest

from lineage.openlineage.summaries import JobSummary, RunSummary, job_summary, run_summary
from tests.lineage.openlineage.samples import spec_example, with_spec


@with_spec
def test_a_job():
    summary = job_summary(
        {
            "documentation": spec_example("DocumentationJobFacet/1"),
            "ownership": spec_example("OwnershipJobFacet/1"),
            "tags": spec_example("TagsJobFacet/1"),
            "sql": {"query": "select 1", "dialect": "Snowflake"},
            "sourceCodeLocation": spec_example("SourceCodeLocationJobFacet/1"),
            "jobType": spec_example("JobTypeJobFacet/2"),
        }
    )
    assert summary == JobSummary(
        description="Determines the popular day of week orders are placed.",
        owners=("owner",),
        tags=("test_tag:test_value", "test_tag2:test_value2"),
        sql="select 1",
        dialect="snowflake",
        source_url="http://example.com",
        integration="KAFKA_STREAMS",
        job_type="STREAM_PROCESSOR",
        processing_type="STREAMING",
    )


@with_spec
def test_a_run():
    summary = run_summary(
        {
            "errorMessage": spec_example("ErrorMessageRunFacet/1"),
            "nominalTime": spec_example("NominalTimeRunFacet/1"),
            "processing_engine": spec_example("ProcessingEngineRunFacet/1"),
            "externalQuery": spec_example("ExternalQueryRunFacet/1"),
            "tags": spec_example("TagsRunFacet/1"),
        }
    )
    assert summary == RunSummary(
        error="failed\n\n<stack_trace>",
        nominal_start=1577851200001000,
        nominal_end=1577937600001000,
        engine="Airflow 2.5.0",
        external_query="bigquery_1690280798993890_f4ade238a8121576708e1892f69e67fe",
        external_source="bigquery",
        labels={"test_tag": "test_value", "test_tag2": "test_value2"},
    )


def test_nothing_said_is_nothing():
    assert job_summary({}) == JobSummary()
    assert run_summary({}) == RunSummary()
    assert run_summary({"errorMessage": {"_deleted": True, "message": "x"}}) == RunSummary()


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ({"url": "https://me:token@git.example.com/x"}, "https://***@git.example.com/x"),
        ({"url": "git@git.example.com:x", "repoUrl": "https://git.example.com"}, "https://git.example.com"),
        ({"url": "javascript:alert(1)"}, ""),
    ],
)  # fmt: skip
def test_a_source_is_a_web_address(location: dict[str, str], url: str):
    assert job_summary({"sourceCodeLocation": location}).source_url == url


def test_odd_facets_are_said():
    summary = run_summary(
        {"errorMessage": {"message": 5}, "nominalTime": "x", "tags": {"tags": 1}}
    )
    assert summary.error == "" and len(summary.problems) == 3
    assert run_summary({"errorMessage": {"message": "x" * 30_000}}).error == "x" * 20_000
