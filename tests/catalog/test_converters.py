"""Asset ids in page addresses: readable, and every one leads back to itself."""

import pytest
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from catalog.converters import AssetIdConverter


@pytest.mark.parametrize(
    ("asset_id", "path"),
    [
        ("wh.marts.orders", "/main/assets/wh.marts.orders"),
        ("s3://bucket/key", "/main/assets/s3%3A//bucket/key".replace("%3A", ":")),
        ("a/-/history", "/main/assets/a/%25-/history"),
        ("a/../b", "/main/assets/a/%25../b"),
        ("a/%41", "/main/assets/a/%25%2541"),
    ],
)
def test_an_address_is_readable(asset_id: str, path: str):
    assert reverse("catalog:asset_detail", args=["main", asset_id]) == path


@given(st.text(alphabet="a-.%/:", min_size=1).filter(lambda text: text.strip("/")))
def test_every_id_leads_back_to_itself(asset_id: str):
    converter = AssetIdConverter()
    path = converter.to_url(asset_id)
    assert converter.to_python(path) == asset_id
    assert not {".", "..", "-"} & set(path.split("/"))


def test_a_tab_is_told_from_an_id():
    assert resolve("/main/assets/a/b/-/history").url_name == "asset_history"
    assert resolve("/main/assets/a/%-/history").kwargs["asset_id"] == "a/-/history"
