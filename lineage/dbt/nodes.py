"""What a dbt project consists of, as plain values: nodes, their columns, and checks of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MODEL, SOURCE, SEED, SNAPSHOT, ANALYSIS = "model", "source", "seed", "snapshot", "analysis"
EXPOSURE, METRIC, SEMANTIC_MODEL = "exposure", "metric", "semantic_model"
SAVED_QUERY, FUNCTION = "saved_query", "function"
#: Every kind that is an asset; another one that has a relation is taken as it comes.
ASSETS = frozenset(
    {MODEL, SOURCE, SEED, SNAPSHOT, ANALYSIS, EXPOSURE, METRIC, SEMANTIC_MODEL, SAVED_QUERY,
     FUNCTION}
)  # fmt: skip
#: Kinds that look at assets, and are none.
CHECKS = frozenset({"test", "unit_test"})
#: Kinds that are no data: hooks, documentation, code.
NO_DATA = frozenset(
    {"operation", "sql_operation", "sql operation", "doc", "macro", "group", "fixture"}
)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    description: str = ""
    data_type: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One node that is an asset. `id`: its asset id (`lineage.dbt.naming`).

    `relation`: its relation's name, unquoted, and `written` as SQL writes it; "" of what has none.
    `title`: what it is shown as.
    `type`: its asset type. `parents`: unique ids, tests left out. `facts`: what else dbt tells,
    for `metadata.dbt`. `sql`: its compiled code, "" when it was not compiled. `ephemerals`:
    parent → its text as it stands inlined there.
    """

    unique_id: str
    kind: str
    id: str
    name: str
    package: str
    title: str = ""
    type: str = "Table"
    relation: str = ""
    written: str = ""
    database: str = ""
    schema: str = ""
    materialized: str = ""
    group: str = ""
    description: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    parents: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    sql: str = ""
    ephemerals: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_sql(self) -> bool:
        """Whether `sql` is a query, and not Python."""
        return bool(self.sql) and self.facts.get("language", "sql") == "sql"

    @property
    def is_source(self) -> bool:
        """Somebody else makes it: dbt only tells of it."""
        return self.kind == SOURCE


@dataclass(frozen=True, slots=True)
class Check:
    """A test: `tested` are the unique ids of what it looks at, `name` is `not_null` rather than
    `not_null_orders_order_id` where it is a generic one."""

    unique_id: str
    name: str
    tested: tuple[str, ...]
    column: str = ""
    severity: str = ""
    description: str = ""
    is_unit: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """`generated_at`: when it was written. `adapter`: duckdb, snowflake …, "" when untold.
    `invocation_id`: of the dbt command that wrote it."""

    project: str
    adapter: str
    generated_at: datetime
    dbt_version: str
    nodes: Mapping[str, Node]
    checks: Mapping[str, Check]
    invocation_id: str = ""
