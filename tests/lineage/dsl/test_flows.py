"""Flows: what their YAML may say, and every problem with its path and line."""

import dataclasses
import textwrap

import pytest

from lineage.dsl import Flow, InvalidFlow, parse_flow

MINIMAL = "id: f\nnamespace: company.team\ntasks:\n  - {id: t, type: x.Log}\n"


def flow_of(text: str) -> Flow:
    return parse_flow(textwrap.dedent(text))


def problems_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(InvalidFlow) as caught:
        flow_of(text)
    return [(problem.line, problem.path, problem.message) for problem in caught.value.problems]


NESTED = """
    id: nested
    namespace: company.team
    description: All the ways a task may hold tasks
    disabled: true
    labels: {team: data, "system.kind": x, year: 2024}
    variables: {a: {b: 1}}
    tasks:
      - id: each
        type: io.kestra.plugin.core.flow.ForEach
        values: [1, 2]
        tasks:
          - id: check
            type: io.kestra.plugin.core.flow.If
            condition: "{{ taskrun.value }}"
            then: [{id: yes, type: x.Log}]
            else: [{id: no, type: x.Log, allowFailure: true, allowWarning: true}]
            errors: [{id: oops, type: x.Log}]
      - id: switch
        type: io.kestra.plugin.core.flow.Switch
        cases:
          a: [{id: in-a, type: x.Log}]
        defaults: [{id: otherwise, type: x.Log}]
      - id: dag
        type: io.kestra.plugin.core.flow.Dag
        tasks:
          - task: {id: first, type: x.Log}
          - task: {id: second, type: x.Log}
            dependsOn: [first]
      - id: plugin
        type: x.RunJob
        tasks: [alpha, beta]
    errors: [{id: alert, type: x.Log}]
    finally: [{id: clean, type: x.Log}]
    afterExecution: [{id: later, type: x.Log}]
    triggers: [{id: nightly, type: x.Schedule, cron: 0 1 * * *}]
"""


def test_tasks_are_found_at_any_nesting() -> None:
    flow = flow_of(NESTED)
    assert " ".join(task.id for task in flow.all_tasks()) == (
        "each check yes no oops switch otherwise in-a dag first second plugin alert clean later"
    )
    second = flow.task("second")
    assert second is not None
    assert (second.path, second.parent_id) == ("tasks[2].tasks[1].task", "dag")
    assert flow.task("nowhere") is None


def test_what_a_flow_tells_about_itself() -> None:
    flow = flow_of(NESTED)
    assert flow.labels == {"team": "data", "system.kind": "x", "year": "2024"}
    assert flow.variables == {"a": {"b": 1}}
    assert flow.disabled
    assert flow.description == "All the ways a task may hold tasks"
    trigger = flow.trigger("nightly")
    assert trigger is not None
    assert trigger.properties["cron"] == "0 1 * * *"
    refused = flow.task("no")
    assert refused is not None
    assert refused.allow_failure
    assert refused.allow_warning


def test_labels_may_be_a_list() -> None:
    flow = flow_of(MINIMAL + "labels: [{key: team, value: data}, {key: n, value: 007}]")
    assert flow.labels == {"team": "data", "n": "007"}


def test_inputs() -> None:
    flow = flow_of(
        MINIMAL + "inputs:\n"
        "  - {id: day, type: DATE, defaults: 2024-01-01, required: false, displayName: Day}\n"
        "  - {id: buckets, type: MULTISELECT, expression: '{{ http() }}', values: [a, b]}\n"
    )
    day, buckets = flow.inputs
    assert (day.defaults, day.required, day.display_name) == ("2024-01-01", False, "Day")
    assert (buckets.expression, buckets.values) == ("{{ http() }}", ("a", "b"))


def test_sql_and_subflow_are_told() -> None:
    flow = flow_of("""
        id: f
        namespace: a
        tasks:
          - {id: query, type: io.kestra.plugin.jdbc.duckdb.Query, sql: "SELECT 1"}
          - {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: b, flowId: "{{ x }}"}
          - {id: half, type: io.kestra.plugin.core.flow.Subflow, namespace: b}
    """)
    query, sub, half = flow.all_tasks()
    assert query.sql == "SELECT 1"
    assert sub.subflow is not None
    assert (sub.subflow.namespace, sub.subflow.flow_id) == ("b", "{{ x }}")
    assert half.subflow is None


def test_ids_keep_what_was_typed() -> None:
    flow = flow_of("id: 2024-01-01\nnamespace: on\ntasks: [{id: 007, type: x}, {id: no, type: x}]")
    assert (flow.id, flow.namespace) == ("2024-01-01", "on")
    assert [task.id for task in flow.tasks] == ["007", "no"]


def test_a_flow_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        flow_of(MINIMAL).id = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", (1, "", "a flow must be a map")),
        ("namespace: a\ntasks: [{id: t, type: x}]", (1, "id", "is required")),
        ("id: a\ntasks: [{id: t, type: x}]", (1, "namespace", "is required")),
        ("id: a\nnamespace: a", (1, "tasks", "must hold at least one task")),
        ("id: a\nnamespace: a\ntasks: []", (3, "tasks", "must hold at least one task")),
        ("id: a\nnamespace: a\ntasks: {}", (3, "tasks", "must be a list, not a map")),
        ("id: a\nnamespace: a\ntasks: [x]", (3, "tasks[0]", "must be a map, not text")),
        (MINIMAL.replace("id: f", "id: a b"), (1, "id", "must start with")),
        (MINIMAL.replace("id: f", "id: " + "a" * 101), (1, "id", "longer than 100")),
        (MINIMAL.replace("id: f", 'id: ""'), (1, "id", "must not be empty")),
        (MINIMAL.replace("company.team", "Company"), (2, "namespace", "must start with")),
        (MINIMAL.replace("company.team", "[a]"), (2, "namespace", "must be text, not a list")),
        (MINIMAL.replace("id: t", "id: a.b"), (4, "tasks[0].id", "must start with")),
        (MINIMAL.replace("type: x.Log", "x: y"), (4, "tasks[0].type", "is required")),
        (MINIMAL.replace("x.Log", "<script>"), (4, "tasks[0].type", "must not contain U+003C")),
        (MINIMAL + "  - {id: t, type: x}", (5, "tasks[1].id", "already used in line 4")),
        (MINIMAL + "disabled: maybe", (5, "disabled", "must be true or false, not text")),
        (MINIMAL + "variables: [1]", (5, "variables", "must be a map, not a list")),
        (MINIMAL + "labels: {a: [1]}", (5, "labels.a", "must be text")),
        (MINIMAL + "labels: [{key: a}]", (5, "labels[0].value", "is required")),
        (MINIMAL + "inputs: [{id: a}]", (5, "inputs[0].type", "is required")),
        (
            MINIMAL + "inputs: [{id: a, type: X}, {id: a, type: X}]",
            (5, "inputs[1].id", "already used"),
        ),
        (MINIMAL + "triggers: [{id: a}]", (5, "triggers[0].type", "is required")),
        (MINIMAL + "description: {a: 1}", (5, "description", "must be text, not a map")),
    ],
)
def test_problems_have_a_path_and_a_line(text: str, expected: tuple[int, str, str]) -> None:
    found = problems_of(text)
    line, path, message = expected
    assert any(
        (line, path) == (found_line, found_path) and message in found_message
        for found_line, found_path, found_message in found
    ), found


def test_all_problems_in_the_order_of_the_text() -> None:
    found = problems_of("""
        id: a b
        namespace: ok
        labels: 5
        tasks:
          - {id: "?", type: ""}
          - {id: t, type: x, assets: {outputs: [{id: "a b"}], inputs: 3}}
    """)
    assert [(line, path) for line, path, _ in found] == [
        (2, "id"),
        (4, "labels"),
        (6, "tasks[0].id"),
        (6, "tasks[0].type"),
        (7, "tasks[1].assets.outputs[0].type"),
        (7, "tasks[1].assets.outputs[0].id"),
        (7, "tasks[1].assets.inputs"),
    ]


def with_assets(block: str) -> str:
    return "id: f\nnamespace: a\ntasks:\n  - id: t\n    type: x\n    assets:\n" + textwrap.indent(
        textwrap.dedent(block), "      "
    )


@pytest.mark.parametrize(
    ("block", "path", "message"),
    [
        ("outputs: [{id: a}]", "outputs[0].type", "is required"),
        ("outputs: [{type: T}]", "outputs[0].id", "is required"),
        ("outputs: [a]", "outputs[0]", "must be a map with id and type"),
        ("outputs: text", "outputs", "must be a list, or an expression"),
        ("outputs: [{id: 'a b', type: T}]", "outputs[0].id", "U+0020"),
        ("outputs: [{id: a, type: \"'\"}]", "outputs[0].type", "U+0027"),
        ("outputs: [{id: a, type: T, namespace: A}]", "outputs[0].namespace", "must start"),
        ("outputs: [{id: a, type: T, metadata: 3}]", "outputs[0].metadata", "must be a map"),
        ("inputs: [{type: T}]", "inputs[0].id", "is required"),
        ("inputs: ['<b>']", "inputs[0]", "must start with an ASCII letter"),
        ("inputs: [{id: '{{ x | nope }}'}]", "inputs[0].id", "unknown filter 'nope'"),
        ("inputs: '{{ x'", "inputs", "never closed"),
        ("outputs: [{id: '{% if x %}', type: T}]", "outputs[0].id", "statements"),
        ("outputs: [{id: a, type: T, metadata: {k: '{{ a.__class__ }}'}}]",
         "outputs[0].metadata.k", "'__class__' is not allowed"),
        ("outputs: [{id: a, type: T, metadata: {k: [\"{{ 'x' * 9 }}\"]}}]",
         "outputs[0].metadata.k[0]", "cannot calculate text * a number"),
        ("enableAuto: maybe", "enableAuto", "must be true or false"),
        ("assetFailureBehavior: EXPLODE", "assetFailureBehavior", "must be one of WARN"),
    ],
)  # fmt: skip
def test_declarations_are_checked_when_read(block: str, path: str, message: str) -> None:
    found = problems_of(with_assets(block))
    assert [p for _, p, _ in found] == [f"tasks[0].assets.{path}"]
    assert message in found[0][2]


def test_a_declaration_that_is_no_map() -> None:
    (found,) = problems_of(MINIMAL.replace("x.Log", "x, assets: 5"))
    assert found == (4, "tasks[0].assets", "must be a map")


def test_too_many_assets_in_one_declaration() -> None:
    items = ", ".join("a" for _ in range(1_001))
    (found,) = problems_of(with_assets(f"inputs: [{items}]"))
    assert "more than 1000 assets" in found[2]


def test_a_declaration_as_it_was_written() -> None:
    flow = flow_of(
        with_assets("""
            inputs: [raw.orders, {id: "s3://x/{{ inputs.day }}", type: File}]
            outputs: "{{ outputs.t.assets }}"
            enableAuto: true
            assetFailureBehavior: fail
        """)
    )
    declaration = flow.tasks[0].declaration
    assert declaration is not None
    assert declaration.enable_auto is True
    assert declaration.failure_behavior == "FAIL"
    assert declaration.outputs == "{{ outputs.t.assets }}"
    assert [(a.id, a.direction, a.templated) for a in flow.declared_assets()] == [
        ("raw.orders", "READ", False),
        ("s3://x/{{ inputs.day }}", "READ", True),
        ("{{ outputs.t.assets }}", "WRITE", True),
    ]


def test_triggers_declare_too() -> None:
    flow = flow_of(
        MINIMAL + "triggers: [{id: watch, type: x, assets: {inputs: [a.b]}, disabled: true}]"
    )
    (declared,) = flow.declared_assets()
    assert (declared.id, declared.task_id, declared.line) == ("a.b", "watch", 5)


def test_expressions_outside_declarations_are_none_of_our_business() -> None:
    flow = flow_of(
        MINIMAL.replace("x.Log", 'x.Log, message: "{% if a %}{{ b | nope }}{% endif %}"')
    )
    assert "{% if a %}" in flow.tasks[0].properties["message"]


def test_k1_8_a_literal_lease_or_action_that_is_wrong_is_refused_with_its_line() -> None:
    source = """
id: a
namespace: b
tasks:
  - id: t
    type: T
    assets:
      outputs:
        - {id: fine, type: T, ttl: 2026-12-31T00:00:00.000Z}
        - {id: x, type: T, ttl: tomorrow, assetActions: [{flowId: b}]}
"""
    with pytest.raises(InvalidFlow) as caught:
        parse_flow(source)
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (10, "tasks[0].assets.outputs[1].ttl"),
        (10, "tasks[0].assets.outputs[1].assetActions[0].namespace"),
    ]
