"""The written part of the demo: flows that parse, and runs that speak of tasks that exist."""

import re
from collections.abc import Iterator

import pytest

from lineage.demo.company import HERE, TENANTS, Script, scripts, statements
from lineage.dsl import Flow, parse_flow

WRITTEN = [
    script
    for tenant in TENANTS
    for script in scripts(tenant)
    if not script.key[1].startswith("statement_")
]
SCRIPTS = [*WRITTEN, next(statements())]
REGISTERED = [script for script in SCRIPTS if script.sources]


def name(script: Script) -> str:
    return script.key[1]


@pytest.mark.parametrize("script", REGISTERED, ids=name)
def test_every_revision_is_a_flow(script: Script) -> None:
    for source in script.sources:
        flow = parse_flow(source)
        assert (flow.namespace, flow.id) == script.key
        assert flow.description


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_runs_speak_of_tasks_that_exist(script: Script) -> None:
    tasks = set(task_ids(script.flow["tasks"]))
    runs = script.runs
    named = {
        task for key in ("seconds", "outputs", "emits", "generates") for task in runs.get(key, {})
    }
    named |= {mishap["task"] for mishap in runs.get("mishaps", ()) if "task" in mishap}
    assert named <= tasks


def test_every_flow_has_runs_and_every_run_a_flow() -> None:
    for tenant in TENANTS:
        flows = {path.stem.partition("@")[0] for path in (HERE / "flows" / tenant).iterdir()}
        runs = {path.stem for path in (HERE / "runs" / tenant).iterdir()}
        unregistered = {name(script) for script in scripts(tenant) if not script.sources}
        assert runs - flows == unregistered & runs
        assert flows <= runs


def test_two_hundred_statements_with_names_of_their_own() -> None:
    made = list(statements())
    assert len(made) == len({script.key for script in made}) == 200
    assert len({script.flow["triggers"][0]["cron"] for script in made}) > 30


@pytest.mark.parametrize("script", REGISTERED, ids=name)
def test_queries_name_the_tables_they_declare(script: Script) -> None:
    """A declaration that the statement does not bear out would be a lie about lineage."""
    flow = parse_flow(script.sources[-1])
    for sql, table in declared_tables(flow):
        assert table in sql, f"{table} is declared, and not in: {sql}"


def declared_tables(flow: Flow) -> Iterator[tuple[str, str]]:
    """(statement, table) of each plainly named table that a query task declares."""
    plain = re.compile(r"[a-z]+\.[a-z_]+")
    by_task = {task.id: task for task in flow.all_tasks() if task.sql}
    for asset in flow.declared_assets():
        task = by_task.get(asset.task_id)
        if task and task.sql and plain.fullmatch(asset.id):
            yield task.sql, asset.id


def task_ids(tasks: list[dict]) -> Iterator[str]:
    for task in tasks:
        yield task["id"]
        yield from task_ids(task.get("tasks", []))
