"""What dbt's nodes are called here.

* What has a relation is called by it, unquoted and as written: `database.schema.identifier`, or
  `schema.identifier` where the adapter knows no databases. So an orchestrator, SQL and dbt speak
  of the same asset. An ephemeral model is called by the relation that it would have been, as
  Kestra's plugin and OpenLineage's client do.
* A source that is read from a file (dbt-duckdb's `read_parquet('s3://…')`) is called by the file.
* What has none (exposures, metrics, semantic models, saved queries, analyses) is
  `dbt.<package>.<kind>.<name>`, since a metric and a semantic model may share their name.

What does not fit an asset id becomes one as OpenLineage's names do.
"""

import re

from lineage.openlineage.naming import asset_id

_CLOSING = {'"': '"', "`": "`", "[": "]"}
#: A file where a relation stands: alone in quotes, or as the first argument of its reader.
_FILE = re.compile(r"^(?:\w+\s*\(\s*\[?\s*)?'((?:[^']|'')+)'")


def relation_id(relation_name: str) -> str:
    """The id of a relation as a manifest writes it, `"db"."schema"."table"`; "" for none."""
    if file := _FILE.match(relation_name.strip()):
        return valid_id(file[1].replace("''", "'"))
    return valid_id(".".join(unquoted(relation_name)))


def unquoted(relation_name: str) -> list[str]:
    """The parts of a qualified name, in whatever quotes: "…", `…`, […]; a doubled one is one."""
    parts, part, closing = [], "", ""
    characters = iter(range(len(relation_name)))
    for n in characters:
        character = relation_name[n]
        if closing:
            if character != closing:
                part += character
            elif relation_name[n + 1 : n + 2] == closing:
                part += closing
                next(characters)
            else:
                closing = ""
        elif not part and character in _CLOSING:
            closing = _CLOSING[character]
        elif character == ".":
            parts.append(part)
            part = ""
        else:
            part += character
    parts.append(part)
    return [part for part in parts if part]


def bare_id(package: str, kind: str, name: str) -> str:
    """The id of what has no relation."""
    return valid_id(f"dbt.{package}.{kind}.{name}")


def valid_id(name: str) -> str:
    """`name` as an asset id; "" for nothing."""
    return asset_id("", name, "{name}") if name else ""


def namespace_of(template: str, names: dict[str, str]) -> str:
    """A namespace from a template such as `warehouse.{schema}`; "" for an empty template.

    Places: {project} {package} {database} {schema} {group}. As with every name from outside:
    lower case, what a namespace may not hold becomes `-`; empty parts go.
    """
    filled = re.sub(r"\{(\w+)\}", lambda place: _plain(names.get(place[1], "")), template)
    parts = (re.sub(r"^[^a-z0-9]+|[^a-z0-9_-]", "", part) for part in filled.lower().split("."))
    return ".".join(part for part in parts if part)[:150].rstrip(".")


def _plain(value: str) -> str:
    return re.sub(r"[^a-z0-9_.-]", "-", value.lower())
