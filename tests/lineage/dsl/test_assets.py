"""Assets, bundles and log lines from plain values."""

from typing import Any

import pytest

from lineage.dsl import (
    UNSET,
    AssetDeclaration,
    AssetError,
    AssetReference,
    Bundle,
    InvalidJson,
    asset_problems,
    parse_asset,
    parse_bundles,
    parse_json,
    parse_log_line,
    parse_reference,
)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_an_asset_with_everything() -> None:
    asset, errors = parse_asset(
        {
            "id": "analytics.orders",
            "type": "Table",
            "namespace": "company.data",
            "displayName": "Orders",
            "description": "**all** of <them>",
            "metadata": {"layer": "mart", "gone": None},
            "tableName": "orders",
        }
    )
    assert errors == ()
    assert asset == AssetDeclaration(
        id="analytics.orders",
        type="Table",
        namespace="company.data",
        display_name="Orders",
        description="**all** of <them>",
        metadata={"tableName": "orders", "layer": "mart", "gone": None},
    )


def test_omitted_is_not_null() -> None:
    omitted, _ = parse_asset({"id": "a", "type": "T"})
    cleared, _ = parse_asset({"id": "a", "type": "T", "namespace": None, "metadata": None})
    assert omitted is not None
    assert cleared is not None
    assert omitted.namespace is UNSET
    assert cleared.namespace is None
    assert cleared.metadata == {}


def test_an_asset_as_the_api_answers_it_can_be_posted_back() -> None:
    asset, errors = parse_asset(
        {"id": "a", "type": "T", "created": "x", "updated": "y", "deleted": False, "lock": {}}
    )
    assert errors == ()
    assert asset is not None
    assert asset.metadata == {}


def test_declared_metadata_wins_over_folded_keys() -> None:
    asset, _ = parse_asset({"id": "a", "type": "T", "layer": 1, "metadata": {"layer": 2}})
    assert asset is not None
    assert asset.metadata == {"layer": 2}


def test_numbers_pass_for_ids_as_jackson_lets_them() -> None:
    asset, _ = parse_asset({"id": 42, "type": "T"})
    assert asset is not None
    assert asset.id == "42"


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        ("a", "", "must be a map, not text"),
        (None, "", "must be a map, not null"),
        ({"type": "T"}, "id", "is required"),
        ({"id": "a"}, "type", "is required"),
        ({"id": "a b", "type": "T"}, "id", "U+0020"),
        ({"id": True, "type": "T"}, "id", "must be text, not a boolean"),
        ({"id": "a", "type": " "}, "type", "must not be blank"),
        ({"id": "a", "type": "T", "namespace": "A"}, "namespace", "lower-case"),
        ({"id": "a", "type": "T", "displayName": []}, "displayName", "must be text, not a list"),
        ({"id": "a", "type": "T", "displayName": "x" * 501}, "displayName", "longer than 500"),
        ({"id": "a", "type": "T", "description": "\x00"}, "description", "NUL"),
        ({"id": "a", "type": "T", "metadata": [1]}, "metadata", "must be a map, not a list"),
        ({"id": "a", "type": "T", "metadata": {"k": nested(32)}}, "metadata", "deeper than 32"),
        ({"id": "a", "type": "T", "metadata": {"k": "x" * 65_536}}, "metadata", "65536 bytes"),
        ({"id": "a", "type": "T", "metadata": {"k": "\x00"}}, "metadata", "NUL"),
        ({"id": "a", "type": "T", "metadata": {"\ud800": 1}}, "metadata", "surrogate"),
        (
            {"id": "a", "type": "T", "metadata": {"k": float("nan")}},
            "metadata",
            "out of the range",
        ),
        ({"id": "a", "type": "T", "metadata": {1: 2}}, "metadata", "text as keys"),
        ({"id": "a", "type": "T", "metadata": {"k": {1, 2}}}, "metadata", "must not hold a set"),
    ],
)
def test_what_keeps_a_value_from_being_an_asset(value: Any, field: str, message: str) -> None:
    (error,) = asset_problems(value)
    assert error.field == field
    assert message in error.message
    place = f"outputs[0].{field}" if field else "outputs[0]"
    assert parse_asset(value, "outputs[0]") == (None, (AssetError(place, error.message),))


def test_metadata_at_its_limits() -> None:
    text = "é" * 32_000
    asset, errors = parse_asset({"id": "a", "type": "T", "metadata": {"k": text}})
    assert errors == ()
    assert asset is not None
    _, errors = parse_asset({"id": "a", "type": "T", "metadata": {"k": nested(31)}})
    assert errors == ()


def test_references() -> None:
    assert parse_reference({"id": "a", "type": "T"}) == (AssetReference("a", "T"), ())
    assert parse_reference("a") == (AssetReference("a"), ())
    assert parse_reference({"type": "T"}, "inputs[3]") == (
        None,
        (AssetError("inputs[3].id", "is required"),),
    )


def test_one_bundle_or_several() -> None:
    one = {"inputs": [{"id": "a"}], "outputs": [{"id": "b", "type": "T"}]}
    bundle = Bundle((AssetReference("a"),), (AssetDeclaration("b", "T"),), "emitted")
    assert parse_bundles(one, "assets") == ((bundle,), ())
    assert parse_bundles([one, one], "assetEmits") == ((bundle, bundle), ())
    assert parse_bundles(None, "assets") == ((), ())
    assert parse_bundles([{}], "assetEmits") == ((), ())


def test_a_bad_item_loses_no_other() -> None:
    bundles, errors = parse_bundles(
        [{"inputs": ["ok", "not ok"], "outputs": "text"}, 5], "assetEmits"
    )
    assert bundles == (Bundle((AssetReference("ok"),), (), "emitted"),)
    assert [error.field for error in errors] == [
        "assetEmits[0].inputs[1].id",
        "assetEmits[0].outputs",
        "assetEmits[1]",
    ]


def test_log_lines() -> None:
    line = '::{"assets":{"inputs":[{"id":"a"}],"outputs":[{"id":"b","type":"VM","x":1}]}}::'
    bundles, errors = parse_log_line(f"  {line}\n")
    assert errors == ()
    (bundle,) = bundles
    assert bundle.outputs[0].metadata == {"x": 1}
    assert bundle.origin == "emitted"


@pytest.mark.parametrize(
    "line", ["hello", "::{}::", '::{"outputs":{"assets":1}}::', 'x ::{"assets":{}}::', ""]
)
def test_other_log_lines_say_nothing(line: str) -> None:
    assert parse_log_line(line) == ((), ())


@pytest.mark.parametrize(
    "line", ['::{"assets":}::', '::{"assets":{"outputs":[{"id":"a","type":"T","x":NaN}]}}::']
)
def test_broken_log_lines_say_why(line: str) -> None:
    bundles, (error,) = parse_log_line(line)
    assert bundles == ()
    assert error.field == "logs"


@pytest.mark.parametrize(
    "text", ["NaN", "1e400", "[" * 100_000, "1" * 400, "0.1234567890123456789"]
)
def test_json_that_would_change_is_refused(text: str) -> None:
    with pytest.raises(InvalidJson):
        parse_json(text)


def test_json_keeps_large_integers() -> None:
    assert parse_json("123456789012345678901234567890") == 123456789012345678901234567890
