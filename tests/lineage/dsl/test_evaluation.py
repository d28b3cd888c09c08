"""Declarations evaluated for a task run: bundles, errors per field, failure behaviour."""

import textwrap
from collections.abc import Mapping
from typing import Any

import pytest

from lineage.dsl import (
    UNSET,
    AssetDeclaration,
    AssetReference,
    Bundle,
    Evaluation,
    Functions,
    evaluate,
    parse_flow,
)

CONTEXT: Mapping[str, Any] = {
    "flow": {"namespace": "company.data"},
    "inputs": {"day": "2024-05-01", "tables": ["raw.a", {"id": "raw.b", "type": "File"}]},
    "outputs": {
        "t": {
            "count": 5,
            "made": [{"id": "mart.x", "type": "Table", "rows": 3}, {"id": "no type"}],
            "text": '[{"id": "mart.y", "type": "Table"}]',
            "info": {"rows": 9, "gone": None},
        }
    },
    "taskrun": {"value": "north"},
}


def evaluated(block: str, functions: Functions | None = None) -> Evaluation:
    source = (
        "id: f\nnamespace: company.data\ntasks:\n  - id: t\n    type: x\n    assets:\n"
        + textwrap.indent(textwrap.dedent(block), "      ")
    )
    declaration = parse_flow(source).tasks[0].declaration
    assert declaration is not None
    return evaluate(declaration, CONTEXT, functions or Functions())


def errors(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in evaluation.errors]


def test_items_rendered_and_literal() -> None:
    evaluation = evaluated("""
        inputs:
          - raw.orders
          - "raw.{{ taskrun.value }}"
          - {id: "s3://x/{{ inputs.day }}", type: File}
        outputs:
          - id: "mart.{{ taskrun.value }}"
            type: Table
            namespace: "{{ flow.namespace }}"
            displayName: "Mart {{ taskrun.value | upper }}"
            description: "{{ outputs.t.count }} rows"
            tableName: "{{ inputs.day }}"
            metadata: {rows: "{{ outputs.t.count }}", tags: ["{{ inputs.day }}", 1], gone: null}
          - {id: mart.all, type: Table, metadata: {layer: mart}}
    """)
    assert evaluation.errors == ()
    assert evaluation.bundle == Bundle(
        inputs=(
            AssetReference("raw.orders"),
            AssetReference("raw.north"),
            AssetReference("s3://x/2024-05-01", "File"),
        ),
        outputs=(
            AssetDeclaration(
                id="mart.north",
                type="Table",
                namespace="company.data",
                display_name="Mart NORTH",
                description="5 rows",
                metadata={
                    "tableName": "2024-05-01",
                    "rows": "5",
                    "tags": ["2024-05-01", 1],
                    "gone": None,
                },
            ),
            AssetDeclaration("mart.all", "Table", metadata={"layer": "mart"}),
        ),
    )


def test_a_list_given_by_one_expression() -> None:
    evaluation = evaluated("""
        inputs: "{{ inputs.tables }}"
        outputs: "{{ outputs.t.text }}"
    """)
    assert evaluation.errors == ()
    assert evaluation.bundle == Bundle(
        (AssetReference("raw.a"), AssetReference("raw.b", "File")),
        (AssetDeclaration("mart.y", "Table"),),
    )


def test_a_list_that_renders_to_json() -> None:
    evaluation = evaluated("""
        inputs: '[{"id": "raw.{{ taskrun.value }}"}]'
    """)
    assert evaluation.bundle == Bundle((AssetReference("raw.north"),))


def test_values_of_an_expression_are_not_templates_themselves() -> None:
    context = {"inputs": {"list": ["{{ secret('x') }}"]}}
    flow = parse_flow(
        "id: f\nnamespace: a\ntasks: [{id: t, type: x, assets: {inputs: '{{ inputs.list }}'}}]"
    )
    declaration = flow.tasks[0].declaration
    assert declaration is not None
    evaluation = evaluate(declaration, context)
    assert evaluation.bundle is None
    assert errors(evaluation) == [("inputs[0].id", "must start with an ASCII letter or digit")]


def test_metadata_given_by_one_expression() -> None:
    evaluation = evaluated("""
        outputs: [{id: a, type: T, metadata: "{{ outputs.t.info }}"}]
    """)
    assert evaluation.bundle is not None
    assert evaluation.bundle.outputs[0].metadata == {"rows": 9, "gone": None}


def test_one_bad_item_loses_no_other() -> None:
    evaluation = evaluated("""
        inputs: [raw.a, "{{ nope }}", "{{ inputs.day ~ ' ' }}"]
        outputs:
          - {id: "{{ outputs.t.nope }}", type: "{{ nope }}"}
          - {id: mart.b, type: Table}
          - {id: mart.c, type: Table, namespace: "{{ taskrun.value | upper }}"}
    """)
    assert evaluation.bundle == Bundle(
        (AssetReference("raw.a"),), (AssetDeclaration("mart.b", "Table"),)
    )
    assert [field for field, _ in errors(evaluation)] == [
        "inputs[1]",
        "inputs[2].id",
        "outputs[0].id",
        "outputs[0].type",
        "outputs[2].namespace",
    ]
    assert dict(errors(evaluation))["inputs[1]"] == "'nope' is not defined (at character 4)"


def test_items_of_an_expression_fail_one_by_one() -> None:
    evaluation = evaluated("outputs: '{{ outputs.t.made }}'")
    assert evaluation.bundle is not None
    assert [asset.id for asset in evaluation.bundle.outputs] == ["mart.x"]
    assert evaluation.bundle.outputs[0].metadata == {"rows": 3}
    assert [field for field, _ in errors(evaluation)] == ["outputs[1].id", "outputs[1].type"]


@pytest.mark.parametrize(
    ("block", "field", "message"),
    [
        ("inputs: '{{ outputs.t.info }}'", "inputs", "must yield a list, not a map"),
        ("inputs: '{{ inputs.day }}'", "inputs", "must yield a list, not text"),
        ("inputs: '{{ nope }}'", "inputs", "'nope' is not defined"),
        ("inputs: '{{ range(1, 999) + range(1, 999) }}'", "inputs", "more than 1000 assets"),
        ("inputs: ['{{ 5 + 5 }}']", "inputs[0]", "must be a map, not a number"),
        ("outputs: ['{{ inputs.day }}']", "outputs[0]", "must be a map, not text"),
        ("outputs: [{id: a, type: T, metadata: '{{ inputs.day }}'}]", "outputs[0].metadata",
         "must be a map, not text"),
        ("outputs: [{id: \"{{ '<b>' ~ inputs.day }}\", type: T}]", "outputs[0].id",
         "must start with an ASCII letter"),
        ("inputs: [\"a{{ secret('X') }}b{{ ' ' ~ inputs.day }}\"]", "inputs[0].id", "U+0020"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(block: str, field: str, message: str) -> None:
    evaluation = evaluated(block)
    found = [text for place, text in errors(evaluation) if place == field]
    assert message in found[0]


def test_nothing_declared_is_no_bundle() -> None:
    assert evaluated("{}") == Evaluation(bundle=None)
    assert evaluated("inputs: '{{ null }}'") == Evaluation(bundle=None)


def test_an_omitted_namespace_keeps_and_a_null_one_clears() -> None:
    evaluation = evaluated("""
        outputs: [{id: "a{{ 1 }}", type: T}, {id: b, type: T, namespace: null}]
    """)
    assert evaluation.bundle is not None
    assert [asset.namespace for asset in evaluation.bundle.outputs] == [UNSET, None]


@pytest.mark.parametrize(
    ("written", "behavior"),
    [
        ("FAIL", "FAIL"),
        ("ignore", "IGNORE"),
        ("'{{ \"fail\" }}'", "FAIL"),
        ("'{{ inputs.day }}'", "WARN"),
        ("'{{ nope }}'", "WARN"),
    ],
)
def test_failure_behavior(written: str, behavior: str) -> None:
    assert evaluated(f"assetFailureBehavior: {written}").failure_behavior == behavior


def test_a_failure_behavior_that_is_none_is_an_error() -> None:
    (error,) = evaluated("assetFailureBehavior: '{{ inputs.day }}'").errors
    assert error.field == "assetFailureBehavior"


@pytest.mark.parametrize(
    ("written", "enabled"),
    [("true", True), ("false", False), ("'{{ 1 == 1 }}'", True), ("'{{ nope }}'", False)],
)
def test_enable_auto(written: str, enabled: bool) -> None:
    assert evaluated(f"enableAuto: {written}").enable_auto is enabled


def test_assets_answer_from_the_catalog() -> None:
    functions = Functions(assets=lambda **filters: [{"id": f"found.{filters['type']}"}])
    evaluation = evaluated("inputs: \"{{ assets(type='T') | jq('.[].id') }}\"", functions)
    assert evaluation.bundle == Bundle((AssetReference("found.T"),))
