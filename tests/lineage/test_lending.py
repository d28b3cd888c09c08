"""What declarations learn of namespaces and the catalog (K1.5, K4.1), and what asking costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import Access
from catalog.lookup import MOST
from catalog.models import Asset, AssetState, Namespace
from lineage import lending
from lineage.models import Execution, TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.factories import NOW, make_asset, make_namespace
from tests.lineage.worlds import posted, task_run


def flow(outputs: str, namespace: str = "company.data") -> str:
    """A flow whose one task declares `outputs`, a line of YAML."""
    return f"""
id: daily
namespace: {namespace}
tasks:
  - id: build
    type: T
    assets:
      outputs: {outputs}
"""


def said(access: Access, outputs: str) -> tuple[list[str], list[str]]:
    """(ids that one execution writes, messages) when its task declares `outputs`."""
    register_flow(access, flow(outputs), replace=True)
    name = f"e{TaskRun.objects.unscoped('test').count()}"
    record_executions(access, [posted(name, runs=[task_run("t1")])])
    run = TaskRun.objects.unscoped("test").get(execution__public_id=name)
    written = Asset.objects.unscoped("test").filter(usages__task_run=run)
    return list(written.values_list("public_id", flat=True)), [
        error["message"] for error in run.asset_errors
    ]


def give(cast: Cast, namespace: str, **variables: object) -> None:
    made = make_namespace(cast.main, namespace)
    Namespace.objects.unscoped("test").filter(pk=made.pk).update(variables=variables)


def test_namespace_variables_are_inherited_and_the_nearest_wins(cast: Cast) -> None:
    give(cast, "company", region="eu", layer="raw")
    give(cast, "company.data", layer="mart")
    give(cast, "company.finance", region="us")
    line = '[{id: "{{ namespace.region }}.{{ namespace.layer }}", type: Table}]'
    assert said(cast.access("ingest"), line) == (["eu.mart"], [])


def test_kv_reads_the_same_variables(cast: Cast) -> None:
    give(cast, "company", limits={"rows": 5})
    line = "[{id: \"rows_{{ kv('limits').rows }}\", type: Table}]"
    assert said(cast.access("ingest"), line) == (["rows_5"], [])


def test_kv_without_a_value_says_so_and_may_be_made_up_for(cast: Cast) -> None:
    access = cast.access("ingest")
    written, [message] = said(access, "[{id: \"{{ kv('gone') }}\", type: Table}]")
    assert (written, "kv('gone') has no value" in message) == ([], True)
    line = "[{id: \"{{ kv('gone', errorOnMissing=false) ?? 'none' }}\", type: Table}]"
    assert said(access, line) == (["none"], [])


def test_kv_of_another_namespace_needs_the_right_to_see_it(cast: Cast) -> None:
    give(cast, "company.finance", account="4711")
    line = "[{id: \"a{{ kv('account', 'company.finance') }}\", type: Table}]"
    assert said(cast.access("editor"), line) == (["a4711"], [])
    written, [message] = said(cast.access("ingest"), line)
    assert (written, "company.finance" in message) == ([], True)


def buckets(cast: Cast) -> None:
    make_asset(cast.main, "one", type="AWS_BUCKET", metadata={"env": "prod"})
    make_asset(cast.main, "two", "company.finance", type="AWS_BUCKET", metadata={"env": "prod"})
    make_asset(cast.main, "dev", type="AWS_BUCKET", metadata={"env": "dev"})
    make_asset(cast.main, "late", type="AWS_BUCKET", metadata={"env": "prod"}, deleted_at=NOW)
    make_asset(cast.other, "theirs", type="AWS_BUCKET", metadata={"env": "prod"})


def test_assets_finds_what_its_poster_may_list(cast: Cast) -> None:
    buckets(cast)
    line = "[{id: \"n{{ assets(type='AWS_BUCKET') | length }}\", type: Table}]"
    assert said(cast.access("editor"), line) == (["n3"], [])
    assert said(cast.access("ingest"), line) == (["n0"], []), "may post, may not read"


def test_assets_by_everything_it_takes(cast: Cast) -> None:
    buckets(cast)
    access = cast.access("editor")
    ids = "| jq('map(.id) | join(\"-\")') | first"
    for call, found in {
        "type='AWS_BUCKET', metadata={'env': 'prod'}": "one-two",
        "type='AWS_BUCKET', namespace='company.finance'": "two",
        "id='dev'": "dev",
        "id='dev', type='Table'": "",
        "namespace='company'": "",
    }.items():
        line = f'[{{id: "x{{{{ assets({call}) {ids} }}}}", type: Table}}]'
        assert said(access, line.replace('join("-")', 'join(\\"-\\")')) == ([f"x{found}"], [])


def test_assets_with_a_question_that_makes_no_sense(cast: Cast) -> None:
    access = cast.access("editor")
    for call, message in {
        "id=5": "id must be text",
        "metadata='x'": "metadata must be a map",
    }.items():
        line = f'[{{id: "x{{{{ assets({call}) | length }}}}", type: Table}}]'
        written, [error] = said(access, line)
        assert (written, message in error) == ([], True), error


def test_assets_that_are_too_many_are_an_error_and_no_part_of_them(cast: Cast) -> None:
    make_asset(cast.main, "x0", type="MANY")
    rows = Asset.objects.bulk_create(
        Asset(tenant=cast.main, public_id=f"x{n + 1}", type="MANY") for n in range(MOST)
    )
    AssetState.objects.bulk_create(AssetState(tenant=cast.main, asset=row) for row in rows)
    written, [error] = said(
        cast.access("admin"), "[{id: \"{{ assets(type='MANY') | length }}\", type: Table}]"
    )
    assert (written, f"more than {MOST} assets" in error) == ([], True)


def statements(access: Access, line: str, count: int) -> int:
    """What one request of `count` executions that declare `line` takes, once it is warm."""
    register_flow(access, flow(line), replace=True)
    for number in (1, count):
        name = Execution.objects.unscoped("test").count()
        bodies = [posted(f"e{name}.{n}", runs=[task_run("t1")]) for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            results = record_executions(access, bodies)
        assert {result.status for result in results} == {"created"}
    return len(captured)


@pytest.mark.parametrize(
    ("expression", "more"),
    [
        ("execution.flowId ?? 'eu'", 0),
        ("namespace.region ~ kv('region')", 1),
        ("assets(type='AWS_BUCKET') | length", 1),
    ],
)
def test_asking_costs_one_statement_whatever_the_number_of_executions(
    cast: Cast, expression: str, more: int
) -> None:
    give(cast, "company", region="eu")
    make_asset(cast.main, "known")
    access = cast.access("editor")
    plain = '[{id: known, type: Table, displayName: "{{ flow.id }}"}]'
    asking = f'[{{id: known, displayName: "{{{{ {expression} }}}}", type: Table}}]'
    one = statements(access, asking, 1)
    assert one == statements(access, plain, 1) + more
    assert one == statements(access, asking, 40)


def test_a_request_asks_so_many_different_questions(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "QUESTIONS", 2)
    access = cast.access("editor")
    register_flow(access, flow('[{id: "n{{ assets(id=execution.id) | length }}", type: Table}]'))
    record_executions(access, [posted(f"e{n}", runs=[task_run("t1")]) for n in range(4)])
    runs = TaskRun.objects.unscoped("test").exclude(asset_errors=[])
    assert ["more than 2 different" in run.asset_errors[0]["message"] for run in runs] == [
        True
    ] * 2
