"""The SQL in a task or trigger, with its expressions rendered as far as the run knows them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.access import Access
from lineage.dsl import ExpressionError, Functions, Task, Trigger, is_template, render
from lineage.sql import GENERIC, dialect_of

#: Where tasks of Kestra's database plugins have their SQL.
KEYS = ("sql", "query", "queries", "script", "statement", "statements")
#: Scripts of one task, and expressions of one script; further ones stay as they are.
MOST_SCRIPTS = 20
MOST_EXPRESSIONS = 200

_JDBC = re.compile(r"jdbc:([a-z0-9]+):", re.IGNORECASE)
_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b[^;]*;?\s*\Z", re.IGNORECASE)


#: What may have SQL: a trigger waits for a query to yield rows.
type Speaking = Task | Trigger


@dataclass(frozen=True, slots=True)
class Script:
    """`field` is where it stands in the flow. `before`: what the other properties of the task put
    before it, as SQL."""

    field: str
    text: str
    dialect: str
    before: str = ""

    @property
    def whole(self) -> str:
        return self.before + self.text


def is_wanted(task: Speaking, enable_auto: bool | None, access: Access) -> bool:
    """Whether the SQL of a task is read: it says so, or says nothing and its tenant does."""
    wanted = access.tenant.infers_sql if enable_auto is None else enable_auto
    return wanted and speaks_sql(task)


def may_be_wanted(task: Speaking, access: Access) -> bool:
    """The same before a run decides what `enableAuto` is."""
    said = task.declaration.enable_auto if task.declaration else None
    return is_wanted(task, True if isinstance(said, str) else said, access)


def speaks_sql(task: Speaking) -> bool:
    return any(key in task.properties for key in KEYS) and bool(dialect_of_task(task))


def dialect_of_task(task: Speaking) -> str:
    """By the plugin; where that does not tell the database, by the URL it connects to."""
    found = dialect_of(task.type)
    if found in ("", GENERIC) and isinstance(url := task.properties.get("url"), str):
        scheme = _JDBC.match(url.strip())
        return (dialect_of(scheme[1]) if scheme else "") or found
    return found


def scripts_of(task: Speaking, names: Mapping[str, Any], functions: Functions) -> Iterator[Script]:
    """`names` as the task run's expressions see them."""
    dialect = dialect_of_task(task)
    # What lies in there is gone with the run, and no asset.
    names = {**names, "workingDir": names.get("workingDir", ".")} if dialect else names
    for _, (path, text) in zip(range(MOST_SCRIPTS if dialect else 0), texts(task), strict=False):
        rendered = rendered_text(text, names, functions)
        told = {
            key: rendered_text(value, names, functions)
            for key in ("database", "schema", "destinationTable")
            if isinstance(value := task.properties.get(key), str)
        }
        before = before_script(dialect, told, rendered)
        where = "tasks" if isinstance(task, Task) else "triggers"
        yield Script(f"{where}.{task.id}.{path}", rendered, dialect, before)


def before_script(dialect: str, told: Mapping[str, str], script: str) -> str:
    """BigQuery: where the rows of a query go. Snowflake: where the names are at first."""
    if dialect == "bigquery" and "destinationTable" in told and _QUERY.match(script):
        return f"CREATE TABLE `{told['destinationTable']}` AS "
    if dialect == "snowflake" and "database" in told:
        place = f"{told['database']}.{told['schema']}" if "schema" in told else told["database"]
        return f"USE {'SCHEMA' if 'schema' in told else 'DATABASE'} {place}; "
    return ""


def texts(task: Speaking) -> Iterable[tuple[str, str]]:
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
