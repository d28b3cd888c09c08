"""What reaches the log, and what does not."""

import logging

import pytest

from config.logs import Expected


@pytest.mark.parametrize(
    ("name", "message", "passes"),
    [
        ("_granian", "Configuration allows spawning up to 8 Python threads, which …", False),
        ("_granian", "Worker-1 died", True),
        ("lineage", "Configuration allows spawning up to 8 Python threads, which …", True),
    ],
)
def test_advice_on_threads_is_left_out(name: str, message: str, passes: bool) -> None:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, None, None)
    assert Expected().filter(record) is passes
