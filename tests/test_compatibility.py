"""The table of docs/kestra-compatibility.md claims nothing that no test shows."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs/kestra-compatibility.md"
SHOWN = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT.read_text())
ROWS = [line.split("|")[1:-1] for line in DOCUMENT.read_text().splitlines() if "|" in line]


@pytest.mark.parametrize(("path", "name"), SHOWN)
def test_a_row_names_a_test_that_is_there(path: str, name: str) -> None:
    assert f"def test_{name}(" in (TESTS / path).read_text()


def test_a_yes_is_shown() -> None:
    claims = [row for row in ROWS if row[2].strip().startswith(("yes", "partly"))]
    assert claims and all("::" in row[3] for row in claims), claims
