"""dbt itself and its OpenLineage client, as they are, on a project of our own.

They run in an environment of their own (the project's uv.lock), which uv makes on first use; where
it cannot, for want of a network, the test is skipped, and fails in CI.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from pytest_django.live_server_helper import LiveServer

from accounts.models import Tenant
from catalog.models import Asset, NamingRule
from lineage.models import ColumnEdge, Edge, Execution
from tests.conftest import Cast, make_cast
from tests.lineage.dbt.builders import PROJECT

WHY = "test"
type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dbt(tmp_path: Path) -> Run:
    """`dbt("dbt", "build")` in a copy of the project, in `tmp_path`."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("there is no uv to make dbt's environment with")
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    clean = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    programs = tmp_path / ".venv" / "bin"
    clean |= {
        "DBT_PROFILES_DIR": ".",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",  # dbt-ol looks for dbt there
    }

    def run(program: str | Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(program), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=clean | more, capture_output=True, text=True, timeout=300
        )

    made = run(uv, "sync", "--quiet", "--locked", "--python", sys.executable)
    if made.returncode:
        problem = pytest.fail if os.environ.get("CI") else pytest.skip
        problem(f"dbt's environment cannot be made: {made.stderr[-500:]}")
    return lambda program, *arguments, **more: run(programs / program, *arguments, **more)


def one_name_for_both(tenant: Tenant) -> None:
    """OpenLineage's names of tables are those of SQL, whatever file they are in."""
    NamingRule.objects.create(
        tenant=tenant, kind="dataset", pattern="duckdb://*", id_template="{name}"
    )
    Tenant.objects.filter(pk=tenant.pk).update(naming_version=F("naming_version") + 1)


def import_target(cast: Cast, target: Path) -> dict[str, Any]:
    files = {}
    for name in ("manifest", "catalog", "run_results"):
        files[name] = io.BytesIO((target / f"{name}.json").read_bytes())
        files[name].name = f"{name}.json"
    url = "/api/v1/main/dbt/artifacts?namespace=company.data"
    answer = cast.api("ingest").post(url, files, format="multipart")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.slow
def test_runs_are_sent_while_they_happen_and_artifacts_complete_them(
    live_server: LiveServer, dbt: Run, tmp_path: Path
) -> None:
    cast = make_cast()
    one_name_for_both(cast.main)
    ran = dbt(
        "dbt-ol",
        "build",
        OPENLINEAGE_URL=live_server.url,
        OPENLINEAGE_API_KEY=cast.token("ingest"),
        OPENLINEAGE_NAMESPACE="company.data",
    )
    assert "Emitted 20 OpenLineage events" in ran.stdout + ran.stderr, ran.stderr[-3000:]
    check_what_was_sent()
    assert dbt("dbt", "docs", "generate", "--no-compile").returncode == 0
    told = import_target(cast, tmp_path / "target")
    assert told["problems"] == []
    assert told["summary"]["failed"] == 0
    assert told["execution"]["state"] == "FAILED"
    check_that_all_is_there(tmp_path / "target")
    again = import_target(cast, tmp_path / "target")
    assert again["summary"]["unchanged"] == 11
    assert again["execution"]["status"] == "unchanged"


def check_what_was_sent() -> None:
    """dbt-ol: an execution with a task run for each model that it tells of, and their lineage."""
    execution = Execution.objects.unscoped(WHY).get()
    assert execution.state == "FAILED"
    assert execution.flow.public_id == "dbt-run-harbour"
    written = Edge.objects.unscoped(WHY).filter(flow=execution.flow, upstream__isnull=False)
    pairs = set(written.values_list("upstream__public_id", "downstream__public_id"))
    assert pairs >= {
        ("harbour.main.port_calls", "harbour.main.stg_port_calls"),
        ("harbour.main.stg_port_calls", "harbour.main.berth_occupancy"),
        ("harbour.main.open_calls", "harbour.main.ships_in_port"),
    }


def check_that_all_is_there(target: Path) -> None:
    """Both speak of the same assets; the artifacts add what the client does not know."""
    names = set(Asset.objects.unscoped(WHY).values_list("public_id", flat=True))
    assert not [name for name in names if "duckdb:" in name]
    children = json.loads((target / "manifest.json").read_bytes())["child_map"]
    # The client takes the CTE that an ephemeral model becomes for a table, which dbt knows not.
    known = Asset.objects.unscoped(WHY).filter(metadata__has_key="dbt")
    assert names - {asset.public_id for asset in known} == {"id:__dbt__cte__open_calls"}
    ids = {asset.metadata["dbt"]["uniqueId"]: asset.public_id for asset in known}
    expected = {
        (ids[parent], ids[child])
        for parent, found in children.items()
        for child in found
        if child in ids
    }
    stated = Edge.objects.unscoped(WHY).filter(stated=True, upstream__isnull=False, kind="dbt")
    assert set(stated.values_list("upstream__public_id", "downstream__public_id")) == expected
    berths = Asset.objects.unscoped(WHY).get(public_id="harbour.main.berth_occupancy")
    assert berths.owners == ["quay-team@example.com", "operations@example.com"]
    columns = ColumnEdge.objects.unscoped(WHY).filter(downstream=berths, kind="dbt")
    assert columns.filter(upstream__public_id="harbour.main.berths").exists()
