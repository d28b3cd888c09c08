"""Generated YAML, expressions and executions, posted: no 5xx, no hang, nothing by halves."""

import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Cast
from tests.lineage.dsl.test_hostile import as_yaml, templates, trees
from tests.lineage.hostile import HEAD, Attacker, declaring, leaks, refused, rows
from tests.lineage.worlds import posted, task_run

fuzzed = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Any value under any member of an execution, or of its task run.
members = st.sampled_from(
    ["id", "namespace", "flowId", "flowRevision", "kind", "state", "labels", "inputs", "outputs",
     "variables", "trigger", "parentId", "url", "error", "taskRunList", "logs"]
)  # fmt: skip
run_members = st.sampled_from(
    ["id", "taskId", "value", "iteration", "parentTaskRunId", "state", "attempts", "outputs",
     "assets", "assetEmits", "error", "logs"]
)  # fmt: skip


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    cast.token("admin")  # before the transactions that are undone
    return Attacker(cast)


def all_or_nothing(answer: Any, before: dict[str, int]) -> None:
    """A refusal says why and has stored nothing; what went in is then undone."""
    assert not leaks(answer)
    if answer.status_code != 200:
        refused(answer, 400, 422)
        assert rows() == before


@fuzzed
@given(trees | st.fixed_dictionaries({"tasks": st.lists(trees, max_size=3)}))
def test_trees_as_flows(attacker: Attacker, tree: Any) -> None:
    with transaction.atomic():
        body = as_yaml({"id": "f", "namespace": "a"} | tree if isinstance(tree, dict) else tree)
        all_or_nothing(attacker.post_flow(body.encode(errors="surrogatepass")), rows())
        transaction.set_rollback(True)


@fuzzed
@given(trees)
def test_trees_as_declared_assets(attacker: Attacker, tree: Any) -> None:
    with transaction.atomic():
        body = f"{HEAD}  assets: {as_yaml(tree)}\n"
        all_or_nothing(attacker.post_flow(body.encode(errors="surrogatepass")), rows())
        transaction.set_rollback(True)


@fuzzed
@given(templates)
def test_expressions_in_flows_and_their_runs(attacker: Attacker, template: str) -> None:
    with transaction.atomic():
        source = declaring(id=f"a{template}", description=template, metadata={"k": template})
        before = rows()
        registered = attacker.post_flow(source)
        all_or_nothing(registered, before)
        if registered.status_code == 200:
            run = attacker.post_execution(posted("e1", runs=[task_run("t1")], inputs={"a": "b"}))
            assert run.status_code == 200
            assert not leaks(run)
        transaction.set_rollback(True)


@fuzzed
@given(members, trees, run_members, trees)
def test_trees_as_executions(
    attacker: Attacker, member: str, value: Any, run_member: str, run_value: Any
) -> None:
    with transaction.atomic():
        run = task_run("t1", writes=["orders"]) | {run_member: run_value}
        body = posted("e1", runs=[run]) | {member: value}
        all_or_nothing(attacker.post_execution(json.dumps(body)), rows())
        transaction.set_rollback(True)
