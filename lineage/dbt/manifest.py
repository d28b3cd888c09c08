"""manifest.json: every node of a project, read one by one (dbt's schema v10 to v12, v20)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from lineage.dbt.checks import read_check, tested_by
from lineage.dbt.kinds import asset_type_of, title_of
from lineage.dbt.naming import bare_id, relation_id, unquoted
from lineage.dbt.nodes import ASSETS, CHECKS, NO_DATA, SOURCE, Check, Column, Manifest, Node
from lineage.dbt.notes import Notes
from lineage.dbt.owners import OWNERS, owners_of
from lineage.dbt.streaming import InvalidArtifact, Source, read_members
from lineage.dbt.values import Json, instant, mapping, sequence, storable, text, texts
from lineage.dbt.versions import MANIFEST, check_version

#: Nodes, tests included: ten times what the largest known projects have.
MAX_NODES = 200_000
#: Characters of a unique id that can be kept.
UNIQUE_ID = 500
#: Where nodes stand.
SECTIONS = frozenset(
    {"nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests",
     "functions"}
)  # fmt: skip
#: Known, and of no use here: what they tell also stands at the nodes, or is no data.
IGNORED = frozenset(
    {"macros", "docs", "selectors", "disabled", "child_map", "group_map", "state_relations",
     "files", "saved_query_map"}
)  # fmt: skip
#: Facts of a node that are worth keeping, wherever they stand: in the node or in its config.
FACTS = {
    "access": "access",
    "deprecation_date": "deprecationDate",
    "group": "group",
    "incremental_strategy": "incrementalStrategy",
    "language": "language",
    "latest_version": "latestVersion",
    "loaded_at_field": "loadedAtField",
    "loader": "loader",
    "maturity": "maturity",
    "strategy": "strategy",
    "unique_key": "uniqueKey",
    "version": "version",
}


def read_manifest(source: Source, notes: Notes) -> Manifest:
    """Raises InvalidArtifact for what is no manifest; what is odd in a node is only noted."""
    read = _Read(notes)
    for section, key, value in read_members(source):
        read.take(section, key, value)
    return read.manifest()


@dataclass(slots=True)
class _Read:
    """What has been read so far: groups and parents may stand after the nodes they concern."""

    notes: Notes
    metadata: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    parent_map: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nodes: dict[str, tuple[Node, Json]] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def take(self, section: str, key: str | int | None, value: Any) -> None:
        if section == "metadata":
            self.metadata[str(key)] = value
        elif section == "groups" and isinstance(value, Mapping):
            self.groups[text(value, "name")] = {"owner": value.get("owner")}
        elif section == "parent_map" and isinstance(value, list):
            self.parent_map[str(key)] = tuple(item for item in value if isinstance(item, str))
        elif section in SECTIONS:
            self.take_node(section, str(key), value)
        elif section not in IGNORED and section not in self.unknown:
            self.unknown.add(section)
            self.notes.add("", f"manifest.{section}", "is not known here, and left out")

    def take_node(self, section: str, key: str, raw: Any) -> None:
        if not isinstance(raw, Mapping):
            self.notes.loss(key, section, "is no object")
            return
        kind = text(raw, "resource_type") or key.partition(".")[0]
        unique_id = storable(key)
        if len(unique_id) > UNIQUE_ID:
            self.notes.loss(unique_id[:UNIQUE_ID], section, f"is longer than {UNIQUE_ID}")
            return
        if len(self.nodes) + len(self.checks) >= MAX_NODES:
            raise InvalidArtifact(f"has more than {MAX_NODES:,} nodes")
        if kind in CHECKS:
            self.checks[unique_id] = read_check(unique_id, raw)
        elif kind not in NO_DATA:
            node = read_node(unique_id, kind, raw, self.notes)
            if node is not None:
                # Owners wait for the groups, which stand behind.
                self.nodes[unique_id] = node, _owned(raw)

    def manifest(self) -> Manifest:
        if not self.metadata:
            raise InvalidArtifact("has no `metadata`, so it is no dbt manifest")
        check_version(self.metadata, MANIFEST, self.notes)
        nodes = {
            unique_id: self.finished(node, owned)
            for unique_id, (node, owned) in self.nodes.items()
        }
        return Manifest(
            project=text(self.metadata, "project_name") or self.usual_package(),
            adapter=text(self.metadata, "adapter_type"),
            generated_at=instant(self.metadata, "generated_at") or self.untimed(),
            dbt_version=text(self.metadata, "dbt_version"),
            nodes=nodes,
            invocation_id=text(self.metadata, "invocation_id"),
            checks={id_: tested_by(check, nodes) for id_, check in self.checks.items()},
        )

    def finished(self, node: Node, owned: Json) -> Node:
        """With what only the whole file tells: owners of groups, parents, and who is an asset."""
        parents = node.parents or self.parent_map.get(node.unique_id, ())
        parents = tuple(parent for parent in parents if parent != node.unique_id)
        lost = [
            parent
            for parent in parents
            if parent not in self.nodes and parent not in self.checks
            and parent.partition(".")[0] not in NO_DATA | CHECKS
        ]  # fmt: skip
        for parent in lost:
            self.notes.loss(
                node.unique_id, "depends_on.nodes", f"“{parent}” is not in the manifest"
            )
        return replace(
            node,
            owners=owners_of(owned, mapping(owned, "meta"), self.groups),
            parents=tuple(parent for parent in parents if parent in self.nodes),
        )

    def usual_package(self) -> str:
        """`project_name` came with v10 in some writers only: then the package of most nodes."""
        packages = [node.package for node, _ in self.nodes.values()]
        return max(sorted(set(packages)), key=packages.count, default="dbt")

    def untimed(self) -> datetime:
        self.notes.add("", "manifest.metadata.generated_at", "is missing; taken as made just now")
        return datetime.now(UTC)


def read_node(unique_id: str, kind: str, raw: Json, notes: Notes) -> Node | None:
    """None for what cannot become an asset, which is then noted."""
    config = mapping(raw, "config")
    materialized = text(config, "materialized")
    name = text(raw, "name") or unique_id.rpartition(".")[2]
    package = text(raw, "package_name") or "dbt"
    relation = relation_of(kind, raw)
    if kind not in ASSETS:
        if not relation:
            notes.loss(unique_id, "resource_type", f"“{kind}” is not known here")
            return None
        notes.add(unique_id, "resource_type", f"“{kind}” is not known here; taken as a table")
    id_ = relation_id(relation) if relation else bare_id(package, kind, _versioned(name, raw))
    if not id_:
        notes.loss(unique_id, "relation_name", "is no name of anything")
        return None
    parts = unquoted(relation)
    return Node(
        unique_id=unique_id,
        kind=kind,
        id=id_,
        name=parts[-1] if parts else name,
        package=package,
        title=title_of(kind, raw, name),
        type=asset_type_of(kind, raw, materialized),
        relation=".".join(parts),
        written=relation,
        database=text(raw, "database"),
        schema=text(raw, "schema"),
        materialized=materialized,
        group=text(raw, "group") or text(config, "group"),
        description=text(raw, "description"),
        url=text(raw, "url"),
        tags=tuple(dict.fromkeys((*texts(raw, "tags"), *texts(config, "tags")))),
        columns=read_columns(raw),
        parents=_parents(raw),
        facts=facts_of(kind, raw, config),
        sql=text(raw, "compiled_code", "compiled_sql"),
        ephemerals=_inlined(raw),
    )


def relation_of(kind: str, raw: Json) -> str:
    """The relation's name as dbt writes it, else made of its parts; "" of what has none.

    dbt leaves `relation_name` out of what it does not build, and other clients call an ephemeral
    model by its parts all the same.
    """
    if kind not in ASSETS:
        return text(raw, "relation_name")
    if kind not in WITH_RELATION:
        return ""
    written = text(raw, "relation_name")
    if written:
        return written
    parts = [text(raw, "database"), text(raw, "schema"), text(raw, "identifier", "alias", "name")]
    return ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in parts if part)


WITH_RELATION = frozenset({"model", SOURCE, "seed", "snapshot", "function"})


def read_columns(raw: Json) -> tuple[Column, ...]:
    return tuple(
        Column(
            text(column, "name") or storable(key),
            text(column, "description"),
            text(column, "data_type"),
            tuple(
                dict.fromkeys((*texts(column, "tags"), *texts(mapping(column, "config"), "tags")))
            ),
        )
        for key, column in mapping(raw, "columns").items()
        if isinstance(column, Mapping)
    )


def facts_of(kind: str, raw: Json, config: Json) -> dict[str, Any]:
    """For `metadata.dbt`: what is set, in a stable shape."""
    facts: dict[str, Any] = {"resourceType": kind, "path": text(raw, "original_file_path", "path")}
    if kind != SOURCE:
        facts["materialized"] = text(config, "materialized")
    else:
        facts["source"] = text(raw, "source_name")
    for key, shown in FACTS.items():
        value = raw.get(key) if raw.get(key) is not None else config.get(key)
        facts[shown] = value if isinstance(value, bool | int | list) else text({key: value}, key)
    if mapping(config, "contract").get("enforced") is True:
        facts["contract"] = "enforced"
    facts["type"] = text(raw, "type")
    facts["tags"] = list(texts(raw, "tags"))
    facts["meta"] = {key: value for key, value in meta_of(raw).items() if key not in OWNERS}
    return {key: value for key, value in facts.items() if value not in ("", None, [], {})}


def meta_of(raw: Json) -> Json:
    """`meta` of the node and of its config, which newer versions prefer; a source's own last."""
    return {
        **mapping(raw, "source_meta"),
        **mapping(raw, "meta"),
        **mapping(mapping(raw, "config"), "meta"),
    }


def _owned(raw: Json) -> Json:
    group = raw.get("group") or mapping(raw, "config").get("group")
    return {"owner": raw.get("owner"), "meta": meta_of(raw), "group": group}


def _parents(raw: Json) -> tuple[str, ...]:
    nodes = sequence(mapping(raw, "depends_on"), "nodes")
    return tuple(dict.fromkeys(storable(node) for node in nodes if isinstance(node, str)))


def _inlined(raw: Json) -> dict[str, str]:
    ctes = (one for one in sequence(raw, "extra_ctes") if isinstance(one, Mapping))
    return {text(one, "id"): text(one, "sql") for one in ctes}


def _versioned(name: str, raw: Json) -> str:
    version = text(raw, "version")
    return f"{name}.v{version}" if version else name
