"""Values of a YAML document with their places, and what is wrong with one."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: `path` like `tasks[1].id`, `line` and `column` from 1."""

    message: str
    path: str
    line: int
    column: int


class InvalidYaml(ValueError):
    """The text is no document that may be used; `problems` lists everything found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"line {p.line}: {p.message}" for p in problems[:5]))


@dataclass(slots=True)
class Node:
    """One value with its place. `value`: scalar, list[Node] or dict[str, Node].

    `text` is a scalar as typed. `weight` counts the nodes it stands for with aliases expanded,
    `height` the levels below it.
    """

    value: Any
    line: int
    column: int
    text: str | None = None
    weight: int = 1
    height: int = 0
    _plain: Any = field(default=None, repr=False)

    def plain(self) -> Any:
        """The value without places; shared between calls, so not to be changed."""
        if self._plain is None:
            if isinstance(self.value, dict):
                self._plain = {key: node.plain() for key, node in self.value.items()}
            elif isinstance(self.value, list):
                self._plain = [node.plain() for node in self.value]
            else:
                self._plain = self.value
        return self._plain


def child_path(path: str, key: str) -> str:
    """`path.key`; of a very long key only the start, since every value below repeats it."""
    step = key if len(key) <= 80 else f"{key[:80]}…"
    return f"{path}.{step}" if path else step
