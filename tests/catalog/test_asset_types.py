"""Types look the same however they are spelled, and the same every day."""

import pytest

from accounts.sprite import ICONS
from catalog.asset_types import BUILT_IN, HUES, WORDS, AssetType, asset_type, idea, spellings


@pytest.mark.parametrize(
    "name",
    ["io.kestra.plugin.ee.assets.Table", "io.kestra.core.models.assets.Table", "TABLE", "Table"],
)
def test_spellings_of_a_built_in_look_alike_and_stay_apart(name: str):
    keys = ("system", "database", "schema", "name")
    assert asset_type(name) == AssetType(name, "Table", "table-2", "blue", keys)


@pytest.mark.parametrize(
    ("name", "label", "icon"),
    [
        ("AWS_BUCKET", "AWS_BUCKET", "cylinder"),
        ("S3Buckets", "S3Buckets", "cylinder"),
        ("Kafka topic", "Kafka topic", "rss"),
        ("DbtModel", "DbtModel", "sparkles"),
        ("ML Model", "ML Model", "sparkles"),
        ("Ephemeral Model", "Ephemeral Model", "table-2"),
        ("Semantic Model", "Semantic Model", "layers"),
        ("ICEBERG_TABLE", "ICEBERG_TABLE", "table-2"),
        ("com.acme.catalog.Ledger", "Ledger", "box"),
        ("com.acme.assets.Table", "Table", "table-2"),
        ("<b>", "<b>", "box"),
        ("表", "表", "box"),
    ],
)
def test_a_free_form_type_is_shown_by_its_words(name: str, label: str, icon: str):
    kind = asset_type(name)
    assert (kind.label, kind.icon) == (label, icon)
    assert kind.hue in HUES


def test_a_free_form_type_keeps_its_hue():
    assert asset_type("com.acme.catalog.Ledger").hue == "teal"
    assert asset_type("Payload").hue == asset_type("Payload").hue


def test_only_kestra_s_packages_hold_its_ideas():
    assert idea("io.kestra.core.models.assets.External") == "External"
    assert idea("com.acme.assets.Table") == ""
    assert idea("io.kestra.plugin.ee.assets.Unheard") == ""


def test_a_word_in_the_query_box_means_every_spelling():
    assert set(spellings("table")) >= {"TABLE", "Table", "io.kestra.plugin.ee.assets.Table"}
    assert spellings("AWS_BUCKET") == ("AWS_BUCKET",)
    assert spellings("io.kestra.plugin.ee.assets.Table") == ("io.kestra.plugin.ee.assets.Table",)


def test_every_look_has_its_icon_in_the_sprite():
    assert {look.icon for look in [*BUILT_IN.values(), *WORDS.values()]} <= set(ICONS)
