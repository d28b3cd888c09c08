"""Figures as they are taken, and the table they end up in."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Report:
    """Rows of (what, measured, budget)."""

    machine: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, measured: str, budget: str = "") -> None:
        self.rows.append((what, measured, budget))
        print(
            f"  {what}: {measured}" + (f"  (budget {budget})" if budget else ""), file=sys.stderr
        )

    def table(self) -> str:
        lines = [
            f"Measured on {self.machine}:",
            "",
            "| what | measured | budget |",
            "|---|---|---|",
        ]
        return "\n".join(lines + [f"| {' | '.join(row)} |" for row in self.rows])


def spread(seconds: Sequence[float]) -> str:
    """p50 and p95 in ms."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms"


def timed(action: Callable[[int], object], times: int, warm: int = 3) -> list[float]:
    """Seconds of each call; `action` gets the number of the call."""
    for n in range(warm):
        action(-1 - n)
    found = []
    for n in range(times):
        started = time.perf_counter()
        action(n)
        found.append(time.perf_counter() - started)
    return found
