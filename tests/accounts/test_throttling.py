"""Rate limits: a principal's own, reads apart from writes, and 429 that says what to do."""

from typing import Any

import pytest

from accounts.throttling import BURST, REMEMBERED, Limit
from tests.conftest import Cast

READ, WRITE = "/api/v1/main/assets/search", "/api/v1/main/executions"


def test_a_burst_passes_then_the_rate():
    limit = Limit(2)
    burst = int(BURST * 2)
    assert [limit.wait(1, 100.0) for _ in range(burst)] == [0.0] * burst
    assert limit.wait(1, 100.0) == pytest.approx(0.5)
    assert limit.wait(1, 100.6) == 0.0
    assert limit.wait(1, 100.6) > 0


def test_waiting_gives_the_burst_back():
    limit = Limit(1)
    for _ in range(int(BURST)):
        limit.wait(1, 0.0)
    assert limit.wait(1, 0.0) > 0
    assert [limit.wait(1, 1000.0) for _ in range(int(BURST))] == [0.0] * int(BURST)


def test_each_principal_has_its_own():
    limit = Limit(1)
    for _ in range(50):
        limit.wait(1, 0.0)
    assert limit.wait(2, 0.0) == 0.0


def test_principals_at_rest_are_forgotten():
    limit = Limit(1)
    for key in range(REMEMBERED + 1):
        limit.wait(key, 0.0)
    limit.wait(-1, 1_000.0)
    assert len(limit.idle_at) == 1


def test_too_many_reads_are_429_and_say_what_to_do(cast: Cast, settings: Any):
    settings.RATE_LIMIT_READS = 1
    editor = cast.api("editor")
    answers = [editor.get(READ) for _ in range(int(BURST) + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    last = answers[-1]
    assert (last.status_code, last["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(last["Retry-After"]) <= BURST
    assert "RATE_LIMIT_READS" in last.json()["detail"] and "ETag" in last.json()["detail"]
    assert cast.api("admin").get(READ).status_code == 200
    assert editor.post(WRITE, {}, "json").status_code == 422


def test_too_many_writes_are_429_before_the_body_is_read(cast: Cast, settings: Any):
    settings.RATE_LIMIT_WRITES = 1
    ingest = cast.api("ingest")
    statuses = [ingest.post(WRITE, {}, "json").status_code for _ in range(int(BURST) + 1)]
    assert statuses == [422] * int(BURST) + [429]


def test_without_a_limit_nobody_waits(cast: Cast, settings: Any):
    assert settings.RATE_LIMIT_READS == settings.RATE_LIMIT_WRITES == 0
    editor = cast.api("editor")
    assert {editor.get(READ).status_code for _ in range(30)} == {200}
