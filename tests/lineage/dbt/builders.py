"""Small artifacts, made by hand: `manifest(model("a"), model("b", parents=["a"]))`."""

import io
import json
from pathlib import Path
from typing import Any

from lineage.dbt import Artifacts, read_artifacts

HERE = Path(__file__).parent
#: What dbt 1.11 itself made of the project beside it (macros left out).
HARBOUR = HERE / "artifacts"
PROJECT = HERE / "project"
#: The fixture with the answer key, where it is beside the checkout.
JAFFLE_SHOP = Path(__file__).parents[4] / "shared" / "fixtures" / "dbt"

type Json = dict[str, Any]


def node(unique_id: str, parents: list[str] | None = None, **fields: Any) -> Json:
    """As dbt writes one, as far as anybody reads it; `parents` are unique ids."""
    kind, package, name = unique_id.split(".")[:3]
    return {
        "unique_id": unique_id,
        "resource_type": kind,
        "package_name": package,
        "name": name,
        "depends_on": {"macros": [], "nodes": parents or []},
    } | fields


def model(name: str, parents: list[str] | None = None, **fields: Any) -> Json:
    """A table `shop.main.<name>` of the project `shop`."""
    materialized = fields.pop("materialized", "table")
    table = {
        "database": "shop",
        "schema": "main",
        "alias": name,
        "relation_name": None if materialized == "ephemeral" else f'"shop"."main"."{name}"',
        "config": {"materialized": materialized},
    }
    return node(f"model.shop.{name}", parents, **table | fields)


def sql(name: str, text: str, parents: list[str], **fields: Any) -> Json:
    """A model with the SQL that it was compiled to."""
    return model(name, parents, compiled_code=text, **fields)


def source(name: str, **fields: Any) -> Json:
    table = {"database": "shop", "schema": "raw", "identifier": name, "source_name": "crm"}
    relation = {"relation_name": f'"shop"."raw"."{name}"'}
    return node(f"source.shop.crm.{name}", **table | relation | {"name": name} | fields)


def manifest(*nodes: Json, version: int = 12, **more: Any) -> Json:
    """With every node where its kind belongs, and the `child_map` that dbt would write."""
    sections: Json = {}
    for one in nodes:
        kind = one["resource_type"]
        section = SECTIONS.get(kind, "nodes")
        sections.setdefault(section, {})[one["unique_id"]] = one
    metadata = {
        "dbt_schema_version": f"https://schemas.getdbt.com/dbt/manifest/v{version}.json",
        "dbt_version": "1.10.0",
        "generated_at": "2026-11-20T12:00:00.000000Z",
        "project_name": "shop",
        "adapter_type": "duckdb",
    }
    return {"metadata": metadata | more.pop("metadata", {}), **sections, **more}


SECTIONS = {
    "source": "sources",
    "exposure": "exposures",
    "metric": "metrics",
    "semantic_model": "semantic_models",
    "saved_query": "saved_queries",
    "unit_test": "unit_tests",
}


def run_results(*results: Json, which: str = "build", version: int = 6, **metadata: Any) -> Json:
    return {
        "metadata": {
            "dbt_schema_version": f"https://schemas.getdbt.com/dbt/run-results/v{version}.json",
            "generated_at": "2026-11-20T12:05:00.000000Z",
            "invocation_id": "inv-1",
        }
        | metadata,
        "args": {"which": which},
        "elapsed_time": 60.0,
        "results": list(results),
    }


def result(unique_id: str, status: str = "success", **fields: Any) -> Json:
    minute = "2026-11-20T12:04"
    timing = [
        {"name": name, "started_at": f"{minute}:{start}Z", "completed_at": f"{minute}:{end}Z"}
        for name, start, end in (("compile", "00", "01"), ("execute", "01", "09"))
    ]
    return {"unique_id": unique_id, "status": status, "timing": timing} | fields


def catalog(**relations: Json) -> Json:
    """`orders={"total": "DOUBLE"}`: the columns of a model by its name."""
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json",
            "generated_at": "2026-11-20T12:01:00.000000Z",
        },
        "nodes": {
            f"model.shop.{name}": {
                "metadata": {"type": "BASE TABLE"},
                "columns": {
                    column: {"name": column, "type": kind, "index": n}
                    for n, (column, kind) in enumerate(columns.items(), 1)
                },
                "stats": {},
            }
            for name, columns in relations.items()
        },
        "sources": {},
        "errors": None,
    }


def read(**files: Json) -> Artifacts:
    """`read(manifest=…, catalog=…, run_results=…)`, as if they had been files."""
    return read_artifacts({name: as_file(value) for name, value in files.items()})


def as_file(value: Any) -> io.BytesIO:
    return io.BytesIO(json.dumps(value).encode())


def read_folder(folder: Path) -> Artifacts:
    files = {path.stem: io.BytesIO(path.read_bytes()) for path in folder.glob("*.json")}
    return read_artifacts(files)
