"""YAML: one list of assets and edges, or a document for each; read item by item.

Each item is read under the limits of `catalog.reading.yaml_text`, so that neither a bomb nor a
long file costs memory.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from catalog.interchange.records import TEXTS, Record, Unreadable, failed, sorted_out
from catalog.interchange.texts import NO_TEXT, Source, text_of
from catalog.reading.yaml_nodes import InvalidYaml, Node
from catalog.reading.yaml_text import items_of

#: Values of one item: an asset may have 5 000 columns.
MOST_VALUES = 100_000


def read_yaml(source: Source) -> Iterator[Record]:
    """The records; one that breaks a limit fails alone, and what is no YAML ends the file."""
    number, line = 0, 1
    try:
        for item in items_of(text_of(source), most=MOST_VALUES):
            number += 1
            if isinstance(item, InvalidYaml):
                line = item.problems[0].line
                yield failed(number, line, str(item))
            else:
                line = item.line
                yield sorted_out(number, line, values_of(item))
    except UnicodeError as exc:
        raise Unreadable(NO_TEXT, line) from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        message = getattr(exc, "problem", None) or str(exc).splitlines()[0]
        here = mark.line + 1 if mark else line
        yield failed(number + 1, here, f"is not valid YAML, and what follows is lost: {message}")


def values_of(item: Node) -> Any:
    """Plain values; texts as they were typed: an id may be `007` or `1.10`."""
    value = item.plain()
    if not isinstance(item.value, dict):
        return value
    typed = {
        key: node.text
        for key, node in item.value.items()
        if key in TEXTS and node.text is not None and node.value is not None
    }
    return value | typed
