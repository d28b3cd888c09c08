"""What ids, namespaces and types may look like."""

import pytest

from catalog.reading.rules import validate_asset_id, validate_namespace, validate_type


@pytest.mark.parametrize(
    "asset_id",
    [
        "trips",
        "sample_data.nyc.taxi",
        "s3://bucket/year=2024/a+b;c,d",
        "0",
        "a:b-c_d/e?f=g&h#i[0](x){y}|~!@$%^*",
        "C:\\data\\orders.csv",
        "bücher.größe",
        "a日本語",
        "x" * 500,
    ],
)
def test_asset_ids_that_fit(asset_id: str) -> None:
    assert validate_asset_id(asset_id) is None


@pytest.mark.parametrize(
    ("asset_id", "reason"),
    [
        ("", "must not be empty"),
        ("x" * 501, "longer than 500"),
        ("_a", "must start with an ASCII letter or digit"),
        ("éa", "must start with an ASCII letter or digit"),
        ("/a", "must start with an ASCII letter or digit"),
        ("a b", "U+0020 (space)"),
        ("a\nb", "U+000A"),
        ("a\x00", "U+0000"),
        ("a\x7f", "U+007F"),
        ("a'b", "U+0027"),
        ('a"b', "U+0022"),
        ("a`b", "U+0060"),
        ("a<b", "U+003C"),
        ("a>b", "U+003E"),
        ("a\u00a0b", "U+00A0 (no-break space)"),
        ("a\u2028b", "U+2028"),
        ("a\u202eb", "U+202E (right-to-left override)"),
        ("a\u2066b", "U+2066"),
        ("a\u200bb", "U+200B (zero width space)"),
        ("a\ufeffb", "U+FEFF"),
        ("a\u00adb", "U+00AD (soft hyphen)"),
        ("a\u034fb", "U+034F"),
        ("a\u3164b", "U+3164 (hangul filler)"),
        ("a\ufe0fb", "U+FE0F"),
        ("a\ud800b", "U+D800"),
    ],
)
def test_asset_ids_that_do_not(asset_id: str, reason: str) -> None:
    assert reason in (validate_asset_id(asset_id) or "")


@pytest.mark.parametrize("namespace", ["company", "company.data_1-x", "0", "a" * 150])
def test_namespaces_that_fit(namespace: str) -> None:
    assert validate_namespace(namespace) is None


@pytest.mark.parametrize("namespace", ["", "Company", ".a", "a b", "a/b", "a" * 151, "a\n", "é"])
def test_namespaces_that_do_not(namespace: str) -> None:
    assert validate_namespace(namespace)


@pytest.mark.parametrize("asset_type", ["Table", "io.kestra.plugin.ee.assets.VM", "Data Product"])
def test_types_that_fit(asset_type: str) -> None:
    assert validate_type(asset_type) is None


@pytest.mark.parametrize(
    "asset_type", ["", "  ", "a\nb", "<b>", "a'b", "a\u202eb", "a\u200bb", "x" * 257, "a\x00"]
)
def test_types_that_do_not(asset_type: str) -> None:
    assert validate_type(asset_type)
