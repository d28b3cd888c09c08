"""Thirty days of executions, up to this minute, as the orchestrator would have posted them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lineage.demo.company import Script
from lineage.demo.playing import play
from lineage.demo.rhythm import starts


def executions(scripts: Iterable[Script], now: datetime) -> list[dict[str, Any]]:
    """Kestra's execution JSON, by start; what has not ended at `now` (aware, UTC) is open."""
    by_key = {script.key: script for script in scripts}
    played = [
        execution
        for script in by_key.values()
        for start in starts(script, now)
        for execution in play(by_key, script, start, now)
    ]
    return sorted(played, key=lambda each: (each["state"]["startDate"], each["id"]))
