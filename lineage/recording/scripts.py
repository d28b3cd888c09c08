"""The SQL in a task of a flow, with its expressions rendered as far as the run knows them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lineage.dsl import ExpressionError, Functions, Task, is_template, render
from lineage.sql import GENERIC, dialect_of

#: Where tasks of Kestra's database plugins have their SQL.
KEYS = ("sql", "query", "queries", "script", "statement", "statements")
#: Scripts of one task, and expressions of one script; further ones stay as they are.
MOST_SCRIPTS = 20
MOST_EXPRESSIONS = 200

_JDBC = re.compile(r"jdbc:([a-z0-9]+):", re.IGNORECASE)
_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b[^;]*;?\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Script:
    """`field` is where it stands in the flow. `destination`: BigQuery's `destinationTable`, which
    the rows of a query go into."""

    field: str
    text: str
    dialect: str
    destination: str = ""

    @property
    def before(self) -> str:
        """What the task itself puts before the script."""
        return f"CREATE TABLE `{self.destination}` AS " if self.destination else ""

    @property
    def whole(self) -> str:
        return self.before + self.text


def speaks_sql(task: Task) -> bool:
    return any(key in task.properties for key in KEYS) and bool(dialect_of_task(task))


def dialect_of_task(task: Task) -> str:
    """By the plugin; where that does not tell the database, by the URL it connects to."""
    found = dialect_of(task.type)
    if found in ("", GENERIC) and isinstance(url := task.properties.get("url"), str):
        scheme = _JDBC.match(url.strip())
        return (dialect_of(scheme[1]) if scheme else "") or found
    return found


def scripts_of(task: Task, names: Mapping[str, Any], functions: Functions) -> Iterator[Script]:
    """`names` as the task run's expressions see them."""
    dialect = dialect_of_task(task)
    # What lies in there is gone with the run, and no asset.
    names = {**names, "workingDir": names.get("workingDir", ".")} if dialect else names
    for _, (path, text) in zip(range(MOST_SCRIPTS if dialect else 0), texts(task), strict=False):
        rendered = rendered_text(text, names, functions)
        target = task.properties.get("destinationTable")
        into = ""
        if dialect == "bigquery" and isinstance(target, str) and _QUERY.match(rendered):
            into = rendered_text(target, names, functions)
        yield Script(f"tasks.{task.id}.{path}", rendered, dialect, into)


def texts(task: Task) -> Iterable[tuple[str, str]]:
    for key in KEYS:
        value = task.properties.get(key)
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            for n, item in enumerate(value):
                if isinstance(item, str):
                    yield f"{key}[{n}]", item


def rendered_text(text: str, names: Mapping[str, Any], functions: Functions) -> str:
    """`text` with the expressions that have a value replaced by it, each on its own; what has
    none stays, for `lineage.sql` to make something of the rest."""
    if not is_template(text):
        return text
    known: dict[str, str] = {}
    pieces, at = [], 0
    while (start := text.find("{{", at)) >= 0 and (end := text.find("}}", start)) >= 0:
        expression = text[start : end + 2]
        pieces += [text[at:start], _value(expression, names, functions, known)]
        at = end + 2
    return "".join([*pieces, text[at:]])


def _value(
    expression: str, names: Mapping[str, Any], functions: Functions, known: dict[str, str]
) -> str:
    if expression not in known and len(known) < MOST_EXPRESSIONS:
        try:
            known[expression] = render(expression, names, functions)
        except ExpressionError:
            known[expression] = expression
    return known.get(expression, expression)
