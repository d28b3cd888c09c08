"""The small tags: what they write, and that they escape what they are given."""

from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone

from accounts.sprite import SHAPES
from accounts.templatetags.ui import HUES, initials
from lineage.models.runs import State


def render(template: str, **context: Any) -> str:
    return Template(template).render(Context(context))


def test_state_says_shape_word_and_colour():
    html = render('{% state "FAILED" %}')
    assert '<use href="#s-failed"/>' in html
    assert '<span class="state" data-state="failed">' in html
    assert html.endswith("Failed</span>")


@pytest.mark.parametrize("name", [*State.values, "fresh", "stale", "never", "unknown"])
def test_every_state_has_a_shape(name: str):
    assert name.lower() in SHAPES
    assert f'href="#s-{name.lower()}"' in render("{% dot name %}", name=name)


def test_a_state_may_have_an_age():
    html = render('{% state "fresh" when %}', when=timezone.now() - timedelta(minutes=24))
    assert 'class="age"' in html and ">24 min</time>" in html


def test_times_are_exact_on_hover():
    when = timezone.now() - timedelta(hours=2)
    html = render("{% ago when %}", when=when)
    assert f'datetime="{when.isoformat()}"' in html
    assert f'title="{when:%Y-%m-%d %H:%M:%S} UTC"' in html
    assert ">2 h ago</time>" in html
    assert ">2 h</time>" in render("{% age when %}", when=when)


def test_what_never_was_says_so():
    assert render("{% ago when %} {% age when '–' %}", when=None) == "never –"


def test_icons_are_those_of_the_sprite():
    assert render('{% icon "search" "sm" %}') == (
        '<svg class="icon sm" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-search"/></svg>'
    )
    with pytest.raises(ValueError, match="no icon"):
        render('{% icon "no-such-icon" %}')


def test_copy_escapes_what_it_copies():
    html = render('{% copy text "Copy id" %}', text='a"><script>')
    assert 'data-copy="a&quot;&gt;&lt;script&gt;"' in html
    assert 'aria-label="Copy id"' in html


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Mara Lindt", "ML"),
        ("acme-sandbox", "AS"),
        ("root@example.com", "RO"),
        ("x", "X"),
        ("", ""),
    ],
)
def test_initials(label: str, shown: str):
    assert initials(label) == shown


def test_an_avatar_keeps_its_hue():
    one, same = render('{% avatar "acme" %}'), render('{% avatar "acme" %}')
    assert one == same
    assert any(f'data-hue="{hue}"' in one for hue in HUES)


def test_numbers_and_durations():
    assert render("{% number 12400 %} {% number 10000 True %} {% duration 252 %}") == (
        "12,400 about 10,000 4 min 12 s"
    )
