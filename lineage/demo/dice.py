"""Chance with a memory: the same throws for the same start of the same flow, at every load."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from string import ascii_letters, digits
from typing import Any

from lineage.demo.company import Script
from lineage.demo.rhythm import Start

SEED = "heron"
WEEKEND_PACE = 0.7
USUAL_SECONDS = 10.0


class Dice:
    """Ids, delays, durations and figures of one execution."""

    def __init__(self, script: Script, start: Start) -> None:
        seed = "/".join((SEED, *script.key, str(start.number)))
        self.random = Random(seed)  # noqa: S311 no secret is made of it
        self.steady = bool(script.runs.get("steady"))
        self.seconds: Mapping[str, float] = script.runs.get("seconds", {})
        self.pace = WEEKEND_PACE if start.at.weekday() >= 5 and not self.steady else 1.0

    def id(self) -> str:
        return "".join(self.random.choices(ascii_letters + digits, k=22))

    def delay(self) -> timedelta:
        """How long a queue holds a task back."""
        return timedelta(milliseconds=self.random.randint(120, 900))

    def duration(self, task: str) -> timedelta:
        spread = 0.01 if self.steady else 0.22
        usual = self.seconds.get(task, USUAL_SECONDS)
        return timedelta(seconds=usual * self.pace * self.random.lognormvariate(0, spread))

    def figures(self, outputs: Any) -> Any:
        """`outputs` with every list of two integers replaced by a number between them."""
        if isinstance(outputs, dict):
            return {key: self.figures(value) for key, value in outputs.items()}
        match outputs:
            case [int(low), int(high)]:
                return self.random.randint(round(low * self.pace), round(high * self.pace))
            case list():
                return [self.figures(value) for value in outputs]
        return outputs
