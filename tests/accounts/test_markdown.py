"""Descriptions come from strangers: what they may not do, and what stays of what they mean."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.markdown import TAGS, markdown_line, render_markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>1</script>)",
    "<a href='vbscript:x'>x</a>",
    "![pixel](https://elsewhere.example/x.png)",
    "<iframe src=//elsewhere.example></iframe>",
    '<p style="position:fixed">x</p>',
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
]


class Reader(HTMLParser):
    """What a browser would make of it: elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def assert_harmless(text: str) -> None:
    for tag, attributes in Reader(render_markdown(text)).elements:
        assert tag in TAGS
        assert set(attributes) <= {"href", "title", "rel"}
        href = attributes.get("href") or "https:"
        assert ":" not in href or href.split(":")[0] in ("http", "https", "mailto")


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_harmless(attack: str):
    assert_harmless(attack)


@given(
    st.lists(st.sampled_from([*ATTACKS, "<", ">", "`", "\n", "[", "](", ")", "&#x6A;", '"', "a"]))
)
def test_any_mixture_of_attacks_is_harmless(parts: list[str]):
    assert_harmless("".join(parts))


def test_links_open_as_strangers():
    assert 'rel="noopener nofollow"' in render_markdown("[docs](https://example.com)")


def test_headings_start_below_the_pages_own():
    assert render_markdown("# A\n\n###### B").split() == ["<h3>A</h3>", "<h6>B</h6>"]


def test_tables_lists_and_code_stay():
    html = render_markdown("| a |\n|---|\n| `b` |\n\n1. **c**\n2. ~~d~~")
    assert (
        "<td><code>b</code></td>" in html and "<strong>c</strong>" in html and "<s>d</s>" in html
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_stays_nothing(nothing: str | None):
    assert render_markdown(nothing) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, ""),
        (
            "Finds **port calls** in `positions`.\n\nA *call* is",
            "Finds port calls in positions. A call is",
        ),
        ("# Head\n- one\n- [two](https://x.example)", "Head one two"),
        ("a\nb ~~c~~ ![d](https://x.example/d.png)", "a b c"),
        ("<b>x</b> & y", "<b>x</b> & y"),
    ],
)
def test_a_line_holds_the_words_alone(text: str | None, line: str) -> None:
    assert markdown_line(text) == line
