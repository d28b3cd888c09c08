"""When what a task run says is registered, and as how many statements of lineage (K1.6, K1.12)."""

import json
from typing import Any

import pytest

from catalog.models import Asset
from lineage.models import AssetUsage, Edge, LineageEvent, TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.factories import NOW
from tests.lineage.worlds import posted, task_run

FLOW = """
id: daily
namespace: company.data
tasks:
  - id: build
    type: T
    {more}
    assets: {assets}
"""


def run(cast: Cast, assets: str, more: str = "", execution: Any = None, **fields: Any) -> TaskRun:
    """The run of a task that declares `assets`, a line of YAML; `fields` as it was posted."""
    access = cast.access("ingest")
    register_flow(access, FLOW.format(assets=assets, more=more), replace=True)
    body = posted("e1", runs=[task_run("t1", **fields)], **(execution or {}))
    [result] = record_executions(access, [body])
    assert result.status in ("created", "updated"), result.reason
    return TaskRun.objects.unscoped("test").get()


def edges() -> set[tuple[str | None, str | None]]:
    rows = Edge.objects.unscoped("test")
    return set(rows.values_list("upstream__public_id", "downstream__public_id"))


def line(**assets: Any) -> str:
    return f"::{json.dumps({'assets': assets})}::"


A, B, C, D = ({"id": name, "type": "Table"} for name in "abcd")
OUT = "{outputs: [{id: out, type: Table}]}"


def test_k1_6_the_last_attempt_counts(cast: Cast) -> None:
    """Its outputs are the run's; of the log lines those of the last attempt."""
    logs = [
        {"message": line(outputs=[A]), "attemptNumber": 0},
        {"message": line(outputs=[B]), "attemptNumber": 1},
        {"message": "unrelated", "attemptNumber": 2},
        {"message": line(outputs=[C]), "attemptNumber": 2},
    ]
    declared = '{enableAuto: true, outputs: [{id: "{{ outputs.build.name }}", type: Table}]}'
    attempts = [{"state": {"current": state}} for state in ("FAILED", "FAILED", "SUCCESS")]
    run(cast, declared, attempts=attempts, outputs={"name": "last"}, logs=logs)
    assert edges() == {(None, "last"), (None, "c")}


def test_k1_6_the_same_among_the_executions_logs(cast: Cast) -> None:
    logs = [
        {"taskRunId": "t1", "message": line(outputs=[A]), "attemptNumber": 0},
        {"taskRunId": "t1", "message": line(outputs=[B]), "attemptNumber": 1},
    ]
    run(cast, "{enableAuto: true}", execution={"logs": logs})
    assert edges() == {(None, "b")}


def test_k1_6_while_it_is_tried_again_nothing_is_registered(cast: Cast) -> None:
    run(cast, OUT, state="RETRYING")
    assert edges() == set()
    run(cast, OUT, minutes=2)
    assert edges() == {(None, "out")}


@pytest.mark.parametrize("said", [{"cached": True}, {"cacheHit": True}])
def test_k1_6_a_cache_hit_registers_nothing(cast: Cast, said: dict[str, bool]) -> None:
    run(cast, OUT, **said)
    assert edges() == set()
    assert not AssetUsage.objects.unscoped("test").exists()


def test_k1_6_a_hit_has_no_attempt_where_others_have_one(cast: Cast) -> None:
    access = cast.access("ingest")
    cached = "taskCache: {enabled: true, ttl: PT1H}"
    register_flow(access, FLOW.format(assets=OUT, more=cached))
    attempts = [{"state": {"current": "SUCCESS"}}]
    hit = [task_run("t1"), task_run("t2", "other", attempts=attempts)]
    record_executions(access, [posted("hit", runs=hit)])
    assert edges() == set()
    record_executions(access, [posted("miss", runs=[task_run("t1", attempts=attempts)])])
    assert edges() == {(None, "out")}


def test_k1_6_without_attempts_anywhere_a_caching_task_counts_as_run(cast: Cast) -> None:
    run(cast, OUT, more="taskCache: {enabled: true}")
    assert edges() == {(None, "out")}


@pytest.mark.parametrize("kind", ["TEST", "PLAYGROUND"])
def test_k1_6_test_runs_register_nothing(cast: Cast, kind: str) -> None:
    run(cast, OUT, execution={"kind": kind}, writes=["emitted"])
    assert not Asset.objects.unscoped("test").exists()


def test_k1_6_bundles_are_not_multiplied_with_each_other(cast: Cast) -> None:
    emits = [{"inputs": [A], "outputs": [B]}, {"inputs": [C], "outputs": [D]}]
    run(cast, "{inputs: [a], outputs: [{id: d, type: Table}]}", assetEmits=emits)
    assert edges() == {("a", "d"), ("a", "b"), ("c", "d")}
    assert LineageEvent.objects.unscoped("test").count() == 3


def test_k1_5_a_task_sees_its_own_outputs(cast: Cast) -> None:
    declared = '{outputs: [{id: "{{ outputs.build.vars.table }}", type: Table}]}'
    run(cast, declared, outputs={"vars": {"table": "mine"}})
    assert edges() == {(None, "mine")}


def test_k1_1_a_list_may_be_one_expression(cast: Cast) -> None:
    declared = '{inputs: "{{ outputs.build.read }}", outputs: "{{ outputs.build.wrote }}"}'
    run(cast, declared, outputs={"read": [{"id": "a"}, "b"], "wrote": [C]})
    assert edges() == {("a", "c"), ("b", "c")}


def test_k1_2_unknown_fields_fold_into_metadata_and_null_removes(cast: Cast) -> None:
    full = "{outputs: [{id: a, type: T, tableName: x, displayName: A, metadata: {k: 1, l: 2}}]}"
    run(cast, full)
    asset = Asset.objects.unscoped("test").get()
    assert asset.metadata == {"tableName": "x", "k": 1, "l": 2}
    run(cast, "{outputs: [{id: a, type: T, displayName: null, tableName: null, k: null}]}",
        minutes=2)  # fmt: skip
    asset.refresh_from_db()
    assert (asset.metadata, asset.display_name) == ({"l": 2}, "A")


def test_k1_7_an_explicit_null_clears_the_namespace(cast: Cast) -> None:
    access = cast.access("admin")
    register_flow(access, FLOW.format(assets="{outputs: [{id: a, type: T}]}", more=""))
    runs = [task_run("t2", start=NOW, minutes=2, writes=[{"id": "a", "type": "T"}])]
    record_executions(access, [posted("e0", runs=runs)])
    assert Asset.objects.unscoped("test").get().namespace is not None
    cleared = [task_run("t3", minutes=3, writes=[{"id": "a", "type": "T", "namespace": None}])]
    record_executions(access, [posted("e2", runs=cleared)])
    assert Asset.objects.unscoped("test").get().namespace is None


def test_k1_12_log_lines_count_with_enable_auto(cast: Cast) -> None:
    lines = ["hello", line(inputs=[A], outputs=[B]), line(outputs=[C])]
    run(cast, "{enableAuto: false}", logs=lines)
    assert edges() == set()
    run(cast, '{enableAuto: "{{ true }}"}', logs=lines, minutes=2)
    assert edges() == {("a", "b"), (None, "c")}


def test_k1_12_a_broken_log_line_is_told(cast: Cast) -> None:
    broken = run(cast, "{enableAuto: true}", logs=['::{"assets":{"outputs":[{"id":"x"}]}}::'])
    assert [error["field"] for error in broken.asset_errors] == ["logs.assets.outputs[0].type"]
    assert broken.shown_state == "WARNING"
