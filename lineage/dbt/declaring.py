"""What a node says about its asset: the declaration that recording and importing take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.reading.assets import metadata_problem
from catalog.reading.bodies import MAX_TAGS, TAG_LENGTH
from catalog.reading.columns import MAX_COLUMNS, NAME_LENGTH, TEXT_LENGTH
from catalog.reading.declared import UNSET, AssetDeclaration, Unset
from catalog.reading.rules import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    validate_namespace,
    validate_type,
)
from lineage.dbt.catalog import Relation
from lineage.dbt.naming import namespace_of
from lineage.dbt.nodes import Column, Manifest, Node
from lineage.dbt.notes import Notes

#: Where projects live that nobody gives a namespace.
DEFAULT_NAMESPACE = "dbt"


@dataclass(frozen=True, slots=True)
class Options:
    """How a project is brought in.

    `namespace`: where its flow lives, and so every asset that nobody has claimed before. `flow`:
    the flow's id, "" for the project's name. `asset_namespace`: a template (`namespace_of`) that
    puts assets elsewhere, "" for where they are.
    """

    namespace: str = DEFAULT_NAMESPACE
    flow: str = ""
    asset_namespace: str = ""


def declaration_of(
    node: Node, manifest: Manifest, relation: Relation | None, options: Options, notes: Notes
) -> AssetDeclaration:
    """What is left empty in dbt stays as it is here; what does not fit is cut, and noted."""
    lifecycle: dict[str, Any] = {}
    if tags := tags_of(node, notes):
        lifecycle["tags"] = tags
    if node.owners:
        lifecycle["owners"] = list(node.owners)
    if columns := columns_of(node, relation, notes):
        lifecycle["columns"] = columns
    return AssetDeclaration(
        id=node.id,
        type=asset_type_of(node, relation),
        namespace=asset_namespace(node, manifest, options, notes),
        display_name=cut(node, "name", node.title, DISPLAY_NAME_LENGTH, notes) or None,
        description=cut(node, "description", node.description, DESCRIPTION_LENGTH, notes) or None,
        metadata=metadata_of(node, manifest, notes),
        lifecycle=lifecycle,
    )


def asset_type_of(node: Node, relation: Relation | None) -> str:
    """The warehouse knows best whether something is a view, where dbt has no word for it."""
    return relation.type if relation and relation.type and node.type == "Table" else node.type


def asset_namespace(node: Node, manifest: Manifest, options: Options, notes: Notes) -> str | Unset:
    if not options.asset_namespace:
        return UNSET
    names = {
        "project": manifest.project,
        "package": node.package,
        "database": node.database,
        "schema": node.schema,
        "group": node.group,
    }
    namespace = namespace_of(options.asset_namespace, names)
    if problem := validate_namespace(namespace):
        notes.add(node.unique_id, "namespace", f"“{namespace}” {problem}; left as it is")
        return UNSET
    return namespace


def metadata_of(node: Node, manifest: Manifest, notes: Notes) -> dict[str, Any]:
    """Kestra's keys of a table (K1.3), and all that is dbt's own under `dbt`."""
    metadata: dict[str, Any] = {}
    if node.relation:
        keys = {"system": manifest.adapter, "database": node.database, "schema": node.schema}
        metadata = {key: value for key, value in keys.items() if value} | {"name": node.name}
    if node.url:
        metadata["url"] = node.url
    facts = {"uniqueId": node.unique_id, "project": manifest.project, "package": node.package}
    metadata["dbt"] = {**facts, **node.facts}
    if problem := metadata_problem(metadata):
        notes.add(node.unique_id, "meta", f"{problem}; left out")
        metadata["dbt"] = {**facts, **{k: v for k, v in node.facts.items() if k != "meta"}}
        if metadata_problem(metadata):
            metadata["dbt"] = facts
    return metadata


def tags_of(node: Node, notes: Notes) -> list[str]:
    usable = [tag for tag in node.tags if len(tag) <= TAG_LENGTH and not validate_type(tag)]
    if len(usable) < len(node.tags) or len(usable) > MAX_TAGS:
        notes.add(node.unique_id, "tags", "some are too long, too many or hold markup; left out")
    return usable[:MAX_TAGS]


def columns_of(node: Node, relation: Relation | None, notes: Notes) -> list[dict[str, Any]]:
    """The warehouse's columns in its order, with what the manifest tells of them; and after them
    those that only the manifest knows. Names are compared in any case: Snowflake shouts."""
    documented = {column.name.lower(): column for column in node.columns}
    columns = [
        column_of(documented.pop(found.name.lower(), None), found.name, found.data_type,
                  found.comment)
        for found in (relation.columns if relation else ())
    ]  # fmt: skip
    columns += [column_of(column, column.name, "", "") for column in documented.values()]
    if len(columns) > MAX_COLUMNS:
        notes.add(node.unique_id, "columns", f"more than {MAX_COLUMNS}; the rest is left out")
    return columns[:MAX_COLUMNS]


def column_of(documented: Column | None, name: str, kind: str, comment: str) -> dict[str, Any]:
    known = documented or Column(name)
    column: dict[str, Any] = {"name": name[:NAME_LENGTH]}
    if told := kind or known.data_type:
        column["type"] = told[:NAME_LENGTH]
    if described := known.description or comment:
        column["description"] = described[:TEXT_LENGTH]
    if known.tags:
        column["tags"] = list(known.tags)
    return column


def cut(node: Node, field: str, value: str, length: int, notes: Notes) -> str:
    if len(value) > length:
        notes.add(node.unique_id, field, f"is longer than {length} characters; cut")
    return value[:length]


def overlaid(columns: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns that an asset has already, with what a manifest alone tells of them laid over."""
    by_name: Mapping[str, dict[str, Any]] = {column["name"].lower(): column for column in told}
    known = {str(column.get("name", "")).lower() for column in columns}
    laid = [
        column | {
            key: value
            for key, value in by_name.get(str(column.get("name", "")).lower(), {}).items()
            if key != "name"
        }
        for column in columns
    ]  # fmt: skip
    return laid + [column for column in told if column["name"].lower() not in known]
