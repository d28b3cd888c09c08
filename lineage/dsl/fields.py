"""Reading known keys off a YAML map, with a problem and its line for each that does not fit."""

from collections.abc import Iterator
from typing import Any

from catalog.reading.rules import Validator, describe_kind, validate_text
from catalog.reading.yaml_nodes import Node, Problem, child_path


class Fields:
    """One map of the document. All maps of a document share one list of problems."""

    def __init__(self, node: Node, path: str, problems: list[Problem] | None = None) -> None:
        self.node = node
        self.path = path
        self.problems: list[Problem] = [] if problems is None else problems

    @property
    def is_map(self) -> bool:
        return isinstance(self.node.value, dict)

    def get(self, key: str) -> Node | None:
        """The value under `key`; an explicit null counts as absent."""
        node = self.node.value.get(key)
        return None if node is None or node.value is None else node

    def plain(self, key: str) -> Any:
        node = self.get(key)
        return None if node is None else node.plain()

    def required_text(self, key: str, validate: Validator = validate_text) -> str:
        if self.get(key) is None:
            self.problem("is required", key)
            return ""
        return self.text(key, validate) or ""

    def text(self, key: str, validate: Validator = validate_text) -> str | None:
        """A scalar as it was typed, so that ids like `007` or `1.10` keep their digits."""
        node = self.get(key)
        if node is None:
            return None
        if node.text is None:
            self.problem(f"must be text, not {describe_kind(node.value)}", key)
            return None
        message = validate(node.text)
        if message:
            self.problem(message, key)
        return node.text

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """A boolean; an expression, which only a run can decide, counts as the default."""
        node = self.get(key)
        if node is None or isinstance(node.value, bool):
            return default if node is None else node.value
        if not (node.text and "{{" in node.text):
            self.problem(f"must be true or false, not {describe_kind(node.value)}", key)
        return default

    def mapping(self, key: str) -> dict[str, Any]:
        node = self.get(key)
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.problem(f"must be a map, not {describe_kind(node.value)}", key)
            return {}
        return node.plain()

    def maps(self, key: str) -> Iterator["Fields"]:
        """The maps of a list; anything else in it is a problem."""
        node = self.get(key)
        if node is None:
            return
        if not isinstance(node.value, list):
            self.problem(f"must be a list, not {describe_kind(node.value)}", key)
            return
        for index, child in enumerate(node.value):
            path = f"{self.path_of(key)}[{index}]"
            if isinstance(child.value, dict):
                yield Fields(child, path, self.problems)
            else:
                self.problem_at(child, path, f"must be a map, not {describe_kind(child.value)}")

    def inner(self, key: str) -> "Fields | None":
        """The map under `key`, when it is one."""
        node = self.get(key)
        if node is None or not isinstance(node.value, dict):
            return None
        return Fields(node, self.path_of(key), self.problems)

    def problem(self, message: str, key: str = "") -> None:
        node = self.node.value.get(key) if self.is_map else None
        self.problem_at(node or self.node, self.path_of(key), message)

    def problem_at(self, node: Node, path: str, message: str) -> None:
        self.problems.append(Problem(message, path, node.line, node.column))

    def path_of(self, key: str) -> str:
        return child_path(self.path, key) if key else self.path
