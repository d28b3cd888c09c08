"""YAML from outside: one small, bounded document, with the line of every value.

Built from the parser's events, not from PyYAML's constructors, so that nothing is created that
was not counted first: aliases are counted by what they stand for, depth before it is recursed
into. Libyaml does the scanning.

Scalars: unquoted `null`, `~`, `true`, `false` and decimal numbers as JSON writes them (`12`,
`-0.5`, `1e6`) have those types; everything else is text. So `2024-01-01`, `on`, `no`, `007`,
`0x1F`, `1_000` and `12:30` stay what was typed (YAML 1.1 would make dates, booleans, octal,
hexadecimal and sexagesimal numbers of them).
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

import yaml

from catalog.reading.json_text import InvalidJson, exact_float, exact_integer
from catalog.reading.yaml_nodes import InvalidYaml, Node, Problem, child_path

MAX_BYTES = 1_048_576
MAX_NODES = 10_000
MAX_DEPTH = 100

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_CORE = "tag:yaml.org,2002:"
_ALLOWED_TAGS = {
    yaml.ScalarEvent: {None, "!", f"{_CORE}str"},
    yaml.SequenceStartEvent: {None, "!", f"{_CORE}seq"},
    yaml.MappingStartEvent: {None, "!", f"{_CORE}map"},
}


def parse_yaml(source: str | bytes) -> Node:
    """The only document in `source`, at most 1 MiB, 10 000 nodes and 100 levels.

    Raises InvalidYaml for anything that is not plain data: custom tags, duplicate keys, keys that
    are no scalars, recursive or exploding aliases and merges, several documents, NUL characters,
    encodings other than UTF-8, numbers that a double cannot hold.
    """
    return _read(source, several=False)[0]


def parse_yaml_documents(source: str | bytes) -> list[Node]:
    """Every document in `source`, under the same limits taken together; at least one."""
    return _read(source, several=True)


def items_of(stream: TextIO, *, most: int) -> Iterator[Node | InvalidYaml]:
    """The items of a document that is a list, and every other document as a whole, one by one.

    Each under the limits above, with `most` nodes; one that breaks them comes as InvalidYaml, and
    those after it are read. Anchors hold within their item. Raises yaml.YAMLError where the text
    is no YAML.
    """
    loader = yaml.CSafeLoader(stream)
    events = _Levelled(_events(loader))
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                root = next(events)
                if not isinstance(root, yaml.SequenceStartEvent):
                    yield _item(events, root, most)
                    continue
                while not isinstance(item := next(events), yaml.SequenceEndEvent):
                    yield _item(events, item, most)
    finally:
        loader.dispose()


class _Levelled:
    """Events with the level of nesting after the last one."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.level = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        event = next(self.events)
        self.level += isinstance(event, yaml.CollectionStartEvent)
        self.level -= isinstance(event, yaml.CollectionEndEvent)
        return event


def _item(events: _Levelled, event: Any, most: int) -> Node | InvalidYaml:
    outside = events.level - isinstance(event, yaml.CollectionStartEvent)
    reader = _Reader(events, most)
    try:
        node = reader.node(event, "", 0)
    except _Stop:
        while events.level > outside:
            next(events)
    return InvalidYaml(reader.problems) if reader.problems else node


def _read(source: str | bytes, *, several: bool) -> list[Node]:
    text = _decode(source)
    loader = yaml.CSafeLoader(text)
    try:
        return _Reader(_events(loader)).documents(several=several)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = " ".join(filter(None, (error.context, error.problem)))
        raise InvalidYaml([Problem(f"is not valid YAML: {message}", "", line, column)]) from None
    except yaml.YAMLError as error:
        raise _refusal(f"is not valid YAML: {str(error).splitlines()[0]}") from None
    finally:
        loader.dispose()


def _decode(source: str | bytes) -> str:
    if isinstance(source, str):
        try:
            encoded = source.encode()
        except UnicodeEncodeError:
            raise _refusal("holds half of a surrogate pair") from None
        text = source
    else:
        encoded = source
        if len(encoded) <= MAX_BYTES:
            try:
                text = encoded.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = encoded.count(b"\n", 0, error.start) + 1
                raise _refusal("is not encoded as UTF-8", line) from None
    if len(encoded) > MAX_BYTES:
        raise _refusal(f"is larger than {MAX_BYTES} bytes")
    nul = text.find("\x00")
    if nul >= 0:
        raise _refusal("holds a NUL character", text.count("\n", 0, nul) + 1)
    return text


def _refusal(message: str, line: int = 1) -> InvalidYaml:
    return InvalidYaml([Problem(message, "", line, 1)])


def _events(loader: yaml.CSafeLoader) -> Iterator[Any]:
    while (event := loader.get_event()) is not None:
        yield event


class _Stop(Exception):
    """Reading on would cost too much or mean nothing; the problem is already noted."""


class _Reader:
    """Turns events into nodes. Recursion is bounded by MAX_DEPTH."""

    def __init__(self, events: Iterator[Any], most: int = MAX_NODES) -> None:
        self.events = events
        self.most = most
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node | None] = {}
        self.count = 0

    def documents(self, *, several: bool) -> list[Node]:
        roots: list[Node] = []
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if roots and not several:
                        self.stop("only one document is allowed", "", event)
                    self.anchors.clear()
                    roots.append(self.node(next(self.events), "", 0))
        except _Stop:
            raise InvalidYaml(self.problems) from None
        if not roots:
            raise _refusal("is empty")
        if self.problems:
            raise InvalidYaml(self.problems)
        return roots

    def node(self, event: Any, path: str, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, path, depth)
        self.charge(1, path, event)
        if event.tag not in _ALLOWED_TAGS[type(event)]:
            self.problem(f"tag {event.tag} is not allowed", path, event)
        if event.anchor:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event, path)
        elif depth >= MAX_DEPTH:
            self.stop(f"is nested deeper than {MAX_DEPTH} levels", path, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, path, depth)
        else:
            node = self.mapping(event, path, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def alias(self, event: Any, path: str, depth: int) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            known = event.anchor in self.anchors
            what = "refers to itself" if known else "refers to no anchor"
            self.stop(f"alias *{event.anchor} {what}", path, event)
        if depth + node.height > MAX_DEPTH:
            self.stop(f"is nested deeper than {MAX_DEPTH} levels", path, event)
        self.charge(node.weight, path, event)
        return node

    def scalar(self, event: Any, path: str) -> Node:
        text = event.value
        if "\x00" in text:
            self.problem("holds a NUL character", path, event)
        plain = event.implicit[0] and event.style in (None, "")
        value = self.resolve(event, path) if plain and event.tag is None else text
        mark = event.start_mark
        return Node(value, mark.line + 1, mark.column + 1, text)

    def resolve(self, event: Any, path: str) -> Any:
        text = event.value
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        match = _NUMBER.fullmatch(text) if text[0] in "-0123456789" else None
        if match is None:
            return text
        try:
            is_float = match["fraction"] or match["exponent"]
            return exact_float(text) if is_float else exact_integer(text)
        except InvalidJson as error:
            self.problem(str(error), path, event)
            return text

    def sequence(self, event: Any, path: str, depth: int) -> Node:
        items: list[Node] = []
        mark = event.start_mark
        node = Node(items, mark.line + 1, mark.column + 1)
        while not isinstance(child := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(child, f"{path}[{len(items)}]", depth + 1))
        return self.measured(node, items)

    def mapping(self, event: Any, path: str, depth: int) -> Node:
        entries: dict[str, Node] = {}
        merged: list[Node] = []
        mark = event.start_mark
        node = Node(entries, mark.line + 1, mark.column + 1)
        while not isinstance(child := next(self.events), yaml.MappingEndEvent):
            key = self.key(child, path, depth)
            inner = child_path(path, key)
            value = self.node(next(self.events), inner, depth + 1)
            if key == "<<" and child.style in (None, ""):
                merged.extend(self.merge_sources(value, inner, child))
            elif key in entries:
                self.problem(f"key {key!r} stands twice", inner, child)
            else:
                entries[key] = value
        for source in merged:
            for key, value in source.value.items():
                if key not in entries:
                    self.charge(value.weight, path, event)
                    entries[key] = value
        return self.measured(node, entries.values())

    def key(self, event: Any, path: str, depth: int) -> str:
        node = self.node(event, path, depth + 1)
        if node.text is None:
            self.problem("a key must be text", path, event)
            return ""
        return node.text

    def merge_sources(self, value: Node, path: str, event: Any) -> list[Node]:
        sources = value.value if isinstance(value.value, list) else [value]
        if not all(isinstance(source.value, dict) for source in sources):
            self.problem("only maps can be merged", path, event)
            return []
        return sources

    def measured(self, node: Node, children: Any) -> Node:
        for child in children:
            node.weight += child.weight
            node.height = max(node.height, child.height + 1)
        return node

    def charge(self, nodes: int, path: str, event: Any) -> None:
        self.count += nodes
        if self.count > self.most:
            self.stop(f"holds more than {self.most} values, aliases expanded", path, event)

    def problem(self, message: str, path: str, event: Any) -> None:
        mark = event.start_mark
        self.problems.append(Problem(message, path, mark.line + 1, mark.column + 1))

    def stop(self, message: str, path: str, event: Any) -> NoReturn:
        self.problem(message, path, event)
        raise _Stop
