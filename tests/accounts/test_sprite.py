"""The symbols that pages refer to."""

import re
from xml.etree import ElementTree

import pytest

from accounts.sprite import ICONS, SHAPES, icon_svg, sprite
from lineage.drawing.marks import STATES


def test_every_icon_and_every_state_is_a_symbol():
    root = ElementTree.fromstring(sprite())
    symbols = {symbol.get("id"): symbol for symbol in root.iter("symbol")}
    assert set(symbols) == {f"i-{name}" for name in ICONS} | {f"s-{name}" for name in SHAPES}
    assert all(len(symbol) for symbol in symbols.values())


def test_pictures_refer_only_to_shapes_that_exist():
    assert set(SHAPES) == STATES


def test_strokes_of_icons_come_from_the_style_sheet():
    icons = re.findall(r'<symbol id="i-.*?</symbol>', sprite())
    assert not [icon for icon in icons if "stroke" in icon or "style" in icon]


def test_an_icon_refers_to_its_symbol():
    assert icon_svg("lock", "icon sm") == (
        '<svg class="icon sm" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-lock"/></svg>'
    )


def test_an_icon_that_the_sprite_lacks_is_an_error():
    with pytest.raises(ValueError, match="no icon 'lockk'"):
        icon_svg("lockk")
