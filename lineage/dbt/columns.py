"""Which column of a model came out of which, read from the SQL that dbt compiled.

A catalog tells what columns there are, so that a `select *` can be told apart; of what it does not
know (ephemeral models, a project without catalog) the columns are those that the SQL of the model
itself makes, which is why parents are read before their children.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from lineage.dbt.catalog import Catalog
from lineage.dbt.nodes import Manifest, Node
from lineage.dbt.notes import Notes
from lineage.dsl.bundles import ColumnLink
from lineage.sql import Inference, dialect_of, infer_many

#: Scripts that are handed in together, and the seconds that they may take: so that a hostile one
#: costs its neighbours, and not the project.
TOGETHER, TOGETHER_SECONDS = 50, 5.0
#: Column links of one node, and columns that are told of one parent.
MAX_LINKS, MAX_COLUMNS = 50_000, 2_000
#: Dialects that quote names otherwise than "so".
BACKTICKS = frozenset(
    {"bigquery", "mysql", "spark", "databricks", "hive", "doris", "starrocks", "singlestore"}
)
BRACKETS = frozenset({"tsql", "fabric"})

_WITH = re.compile(r"\s*with\b(\s+recursive\b)?", re.IGNORECASE)
_CTE = re.compile(
    r"[\w\"`$\[\]]+\s*(\([^)]*\)\s*)?as\s*(not\s+)?(materialized\s*)?\(", re.IGNORECASE
)

type Links = dict[str, tuple[ColumnLink, ...]]


def column_links(
    manifest: Manifest,
    catalog: Catalog | None,
    notes: Notes,
    seconds: float,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Links:
    """Unique id → links between the columns of its parents and its own; within `seconds`.

    What is not understood is noted, and left out; so is how many were not looked at in time.
    `told` hears how many nodes have been read, and of how many.
    """
    dialect = dialect_of("", manifest.adapter)
    if not dialect:
        return {}
    reading = _Reading(manifest, catalog, dialect, notes)
    deadline = time.monotonic() + seconds
    done = late = 0
    total = sum(node.is_sql for node in manifest.nodes.values())
    for level in levels(manifest.nodes):
        for together in _batches([node for node in level if node.is_sql], TOGETHER):
            left = deadline - time.monotonic()
            if left <= 0:
                late += len(together)
                continue
            scripts = [(reading.script(node), dialect) for node in together]
            answers = infer_many(scripts, min(left, TOGETHER_SECONDS))
            for node, answer in zip(together, answers, strict=True):
                reading.take(node, answer)
            done += len(together)
            told(done, total)
    if late:
        notes.add("", "columns", f"of {late} nodes their SQL was not looked at in time")
    return reading.links


def levels(nodes: Mapping[str, Node]) -> Iterator[list[Node]]:
    """The nodes, parents before their children; nothing where they run in a circle."""
    sorter = TopologicalSorter({unique_id: node.parents for unique_id, node in nodes.items()})
    try:
        sorter.prepare()
    except CycleError:
        return
    while sorter.is_active():
        ready = sorter.get_ready()
        yield [nodes[unique_id] for unique_id in sorted(ready)]
        sorter.done(*ready)


def _batches(nodes: Sequence[Node], size: int) -> Iterator[Sequence[Node]]:
    return (nodes[n : n + size] for n in range(0, len(nodes), size))


class _Reading:
    """A project being read: what is known of columns so far, and the links found."""

    def __init__(
        self, manifest: Manifest, catalog: Catalog | None, dialect: str, notes: Notes
    ) -> None:
        self.nodes = manifest.nodes
        self.dialect = dialect
        self.notes = notes
        self.links: Links = {}
        relations = catalog.relations if catalog else {}
        self.columns = {
            unique_id: [column.name for column in relation.columns]
            for unique_id, relation in relations.items()
        }
        self.ids = {node.id.lower(): node.id for node in manifest.nodes.values()}
        #: Asset id → its columns by their lower-cased names, as the warehouse spells them.
        self.spelled = {
            node.id: {name.lower(): name for name in self.columns.get(node.unique_id, ())}
            for node in manifest.nodes.values()
        }

    def script(self, node: Node) -> str:
        """The statement that makes the node, behind what is known of its parents."""
        sql, inlined = without_ephemerals(node)
        parents = [self.nodes[parent] for parent in node.parents]
        told = [
            f"create table {name} ({columns});"
            for parent in parents
            if (name := inlined.get(parent.unique_id) or parent.written)
            and (columns := self.told(parent))
        ]
        return "\n".join([*told, f"create view {node.written or TARGET} as\n{sql}"])

    def told(self, parent: Node) -> str:
        """The columns of a parent as DDL; "" where they, or its table, are not known."""
        names = self.columns.get(parent.unique_id, ())
        if len(names) > MAX_COLUMNS or "(" in parent.written or parent.written.startswith("'"):
            return ""
        return ", ".join(f"{quoted(name, self.dialect)} int" for name in names)

    def take(self, node: Node, answer: Inference) -> None:
        """Keep what the last statement of the script says, if it was understood."""
        written = [one for one in answer.statements if one.columns or one.reads]
        if answer.problems:
            self.notes.add(node.unique_id, "columns", f"not read: {answer.problems[0]}"[:500])
        if not written:
            return
        links = [
            link._replace(
                upstream=upstream,
                upstream_column=self.spelling(upstream, link.upstream_column),
                downstream=node.id,
                downstream_column=self.spelling(node.id, link.downstream_column),
            )
            for link in written[-1].columns
            if (upstream := self.upstream(node, link.upstream)) not in ("", node.id)
        ]
        if len(links) > MAX_LINKS:
            self.notes.add(node.unique_id, "columns", f"more than {MAX_LINKS} links: left out")
            return
        if links:
            self.links[node.unique_id] = tuple(links)
        self.columns.setdefault(node.unique_id, made_by(links))

    def upstream(self, node: Node, name: str) -> str:
        """The asset that a table of the SQL is; "" for one that the project does not know."""
        for parent in node.ephemerals:
            if name == cte_name(parent) and parent in self.nodes:
                return self.nodes[parent].id
        return self.ids.get(name.lower(), "")

    def spelling(self, asset_id: str, column: str) -> str:
        return self.spelled[asset_id].get(column.lower(), column)


#: Stands for the relation of what has none.
TARGET = "dbt_node_without_relation"


def made_by(links: Iterable[ColumnLink]) -> list[str]:
    """The columns that links lead to, in their order."""
    return list(dict.fromkeys(link.downstream_column for link in links if link.downstream_column))


def cte_name(unique_id: str) -> str:
    """What dbt calls the common table expression that an ephemeral model becomes."""
    return f"__dbt__cte__{unique_id.rpartition('.')[2]}"


def without_ephemerals(node: Node) -> tuple[str, dict[str, str]]:
    """(the node's own SQL, ephemeral parent → the table that it names there).

    dbt puts each ephemeral parent before the others as a common table expression, and keeps its
    text; without it, it is a table like any other.
    """
    sql = node.sql.rstrip().rstrip(";")
    found = {}
    for unique_id, text in node.ephemerals.items():
        if text and text in sql:
            sql = sql.replace(text, "", 1)
            found[unique_id] = cte_name(unique_id)
    opening = _WITH.match(sql)
    if not found or opening is None:
        return sql, found
    rest = sql[opening.end() :].lstrip(", \t\r\n")
    # What is left of the list are the model's own.
    return (f"{sql[: opening.end()]} {rest}" if _CTE.match(rest) else rest), found


def quoted(name: str, dialect: str) -> str:
    if dialect in BACKTICKS:
        return "`" + name.replace("`", "``") + "`"
    if dialect in BRACKETS:
        return "[" + name.replace("]", "]]") + "]"
    return '"' + name.replace('"', '""') + '"'
