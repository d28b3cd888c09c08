"""The corpus of statements, and what an answer is worth against the one written by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lineage.sql import Inference

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Case:
    """One script with its answer. `facts` as `facts_of` gives them, by what they tell."""

    name: str
    dialect: str
    sql: str
    problems: int
    tables: frozenset[tuple[str, ...]]
    columns: frozenset[tuple[str, ...]]

    def __str__(self) -> str:
        return f"{self.dialect}: {self.name}"


def read_cases() -> Iterator[Case]:
    for file in sorted(CORPUS.glob("*.yaml")):
        content = yaml.safe_load(file.read_text())
        for case in content["cases"]:
            statements = case.get("statements") or [case]
            yield Case(
                name=case["name"],
                dialect=case.get("dialect") or content.get("dialect", ""),
                sql=case["sql"],
                problems=case.get("problems", 0),
                tables=frozenset(
                    fact
                    for n, s in enumerate(
                        s for s in statements if s.get("reads") or s.get("writes")
                    )
                    for fact in table_facts(n, s.get("reads", ()), s.get("writes", ()))
                ),
                columns=frozenset(column_fact(text) for text in case.get("columns", ())),
            )


def table_facts(number: int, reads: Any, writes: Any) -> Iterator[tuple[str, ...]]:
    """What one statement reads and writes; `number` counts those that do either."""
    for name in reads:
        yield str(number), "reads", name
    for name in writes:
        yield str(number), "writes", name


def column_fact(text: str) -> tuple[str, ...]:
    """`up.column -> down.column SUBTYPE`"""
    left, right = text.split(" -> ")
    right, subtype = right.rsplit(" ", 1)
    up, up_column = left.rsplit(".", 1)
    down, down_column = right.rsplit(".", 1)
    return up, up_column, down, "" if down_column == "*" else down_column, subtype


def tables_of(found: Inference) -> frozenset[tuple[str, ...]]:
    moving = [s for s in found.statements if s.reads or s.writes]
    return frozenset(
        fact for n, s in enumerate(moving) for fact in table_facts(n, s.reads, s.writes)
    )


def columns_of(found: Inference) -> frozenset[tuple[str, ...]]:
    return frozenset(
        (c.upstream, c.upstream_column, c.downstream, c.downstream_column, c.subtype)
        for statement in found.statements
        for c in statement.columns
    )


@dataclass
class Score:
    """Right answers, wrong ones, and those that are missing."""

    right: int = 0
    wrong: list[tuple[str, ...]] = field(default_factory=list)
    missing: list[tuple[str, ...]] = field(default_factory=list)

    def count(self, answer: frozenset[tuple[str, ...]], found: frozenset[tuple[str, ...]]) -> None:
        self.right += len(answer & found)
        self.wrong += found - answer
        self.missing += answer - found

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missing))
