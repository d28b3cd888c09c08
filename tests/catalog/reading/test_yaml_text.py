"""YAML from outside: what its scalars mean, where its values stand, and what is refused."""

import time
from typing import Any

import pytest

from catalog.reading.yaml_nodes import InvalidYaml
from catalog.reading.yaml_text import parse_yaml

MEBIBYTE = 1_048_576


def refusal(source: str | bytes) -> tuple[str, str, int]:
    with pytest.raises(InvalidYaml) as caught:
        parse_yaml(source)
    problem = caught.value.problems[0]
    return problem.message, problem.path, problem.line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-0.5", -0.5),
        ("1e6", 1e6),
        ("9" * 40, int("9" * 40)),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("2024-01-01", "2024-01-01"),
        ("on", "on"),
        ("no", "no"),
        ("y", "y"),
        ("007", "007"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        (".inf", ".inf"),
        ("1.", "1."),
        ("!!str 12", "12"),
    ],
)
def test_scalars_surprise_nobody(text: str, value: Any) -> None:
    assert parse_yaml(f"a: {text}").plain() == {"a": value}
    assert type(parse_yaml(f"a: {text}").plain()["a"]) is type(value)


def test_every_value_knows_its_place() -> None:
    root = parse_yaml("a:\n  - b: 1\n    c: 2\n")
    node = root.value["a"].value[0].value["c"]
    assert (node.line, node.column, node.text) == (3, 8, "2")


def test_small_aliases_and_merges_work() -> None:
    document = parse_yaml("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\nlist: [*b, *b]")
    assert document.plain() == {
        "base": {"x": 1, "y": 2},
        "more": {"x": 1, "y": 3},
        "list": [{"x": 1, "y": 2}] * 2,
    }


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1").plain() == {"a": 1}


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "custom tag": ("a: !foo x", "tag !foo is not allowed"),
    "python tag": ("a: !!python/object/apply:os.system [ls]", "is not allowed"),
    "tag directive": ("%TAG ! tag:evil,2000:\n---\na: !x b", "is not allowed"),
    "binary": ("a: !!binary aGk=", "is not allowed"),
    "duplicate key": ("a: 1\nb: 2\na: 3", "key 'a' stands twice"),
    "tab": ("a:\n\t- b", "is not valid YAML"),
    "several documents": ("a: 1\n---\nb: 2", "only one document"),
    "list as key": ("? [a]\n: b", "a key must be text"),
    "map as key": ("{{a: b}: c}", "a key must be text"),
    "alias of itself": ("a: &a [*a]", "refers to itself"),
    "unknown alias": ("a: *b", "refers to no anchor"),
    "merge of a list": ("a: &a [1]\nb:\n  <<: *a", "only maps can be merged"),
    "deep flow": ("[" * 10_000, "nested deeper than 100"),
    "deep block": ("- " * 10_000, "nested deeper than 100"),
    "many values": ("\n".join(f"k{n}: v" for n in range(10_000)), "more than 10000 values"),
    "laughs": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "\n".join(
            f"{key}: &{key} [{','.join(['*' + last] * 9)}]"
            for last, key in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "more than 10000 values",
    ),
    "merges": (
        "a: &a {x: 1}\n" + "\n".join(f"m{n}:\n  <<: [{'*a, ' * 50}]" for n in range(300)),
        "more than 10000 values",
    ),
    "too large": ("a: " + "x" * MEBIBYTE, "larger than 1048576 bytes"),
    "too large in bytes": (b"a" * (MEBIBYTE + 1), "larger than 1048576 bytes"),
    "nul": ("a: b\x00c", "NUL"),
    "escaped nul": ('a: "b\\0c"', "NUL"),
    "control character": ("a: \x07", "is not valid YAML"),
    "latin-1": ("a: é".encode("latin-1"), "not encoded as UTF-8"),
    "utf-16": ("a: b".encode("utf-16"), "not encoded as UTF-8"),
    "surrogate": ("a: \ud800", "surrogate"),
    "nothing": ("# only a comment", "is empty"),
    "infinite number": ("a: 1e999", "out of the range"),
    "precise number": ("a: 0.12345678901234567890123", "more digits than a double keeps"),
    "endless number": ("a: " + "9" * 5_000, "more than 309 digits"),
    "alias under depth": (
        "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60,
        "nested deeper than 100",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_documents_are_refused_at_once(case: str) -> None:
    source, expected = REFUSED[case]
    started = time.process_time()
    message, _, _ = refusal(source)
    assert expected in message
    assert time.process_time() - started < 5


def test_a_refusal_names_path_and_line() -> None:
    assert refusal("a: 1\nb:\n  - c: !x 1\n") == ("tag !x is not allowed", "b[0].c", 3)


def test_all_problems_are_told_not_the_first() -> None:
    with pytest.raises(InvalidYaml) as caught:
        parse_yaml("a: !x 1\nb: 1e999\na: 2\n")
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]


def test_a_long_key_is_not_repeated_by_all_that_is_below_it() -> None:
    key = "k" * 500_000
    source = f"{key}:\n" + "\n".join("  - !x v" for _ in range(9_000))
    started = time.process_time()
    _, path, _ = refusal(source)
    assert len(path) < 200
    assert time.process_time() - started < 5
