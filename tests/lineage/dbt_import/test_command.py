"""`manage.py import_dbt`: what it prints, what it refuses, how it shows how far it is."""

import gzip
import io
import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from catalog.models import Asset
from lineage.management.progress import Bar
from lineage.models import DbtProject, Execution
from tests.conftest import Cast
from tests.lineage.dbt.builders import HARBOUR, manifest, model

WHY = "test"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_dbt", *arguments, stdout=out)
    return out.getvalue()


def test_a_folder(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(str(HARBOUR), "--namespace", "company.data")
    assert "Brought harbour in as flow company.data/harbour: 11 created; 12 edges." in said
    assert "FAILED, 17 task runs, 8 test results." in said
    project = DbtProject.objects.unscoped(WHY).get()
    assert (project.name, project.adapter, project.imported_by) == ("harbour", "duckdb", None)
    steps = capsys.readouterr().err.splitlines()
    assert steps[:3] == [
        "reading manifest.json …",
        "reading catalog.json …",
        "reading run_results.json …",
    ]
    assert "11 unchanged" in run(str(HARBOUR), "--namespace", "company.data")


def test_a_dry_run(cast: Cast) -> None:
    assert "Would bring harbour in" in run(str(HARBOUR), "--dry-run")
    assert not Asset.objects.unscoped(WHY).exists()


def test_options(cast: Cast) -> None:
    said = run(
        str(HARBOUR), "--flow", "quay", "--asset-namespace", "dock.{schema}", "--without-runs"
    )
    assert "flow dbt/quay" in said
    assert not Execution.objects.unscoped(WHY).exists()
    found = Asset.objects.unscoped(WHY).select_related("namespace")
    assert str(found.get(public_id="harbour.main.berths").namespace) == "dock.main"


def test_packed_files(cast: Cast, tmp_path: Path) -> None:
    packed = gzip.compress((HARBOUR / "manifest.json").read_bytes())
    (tmp_path / "manifest.json.gz").write_bytes(packed)
    assert "11 created" in run(str(tmp_path))
    (tmp_path / "manifest.json.gz").write_bytes(packed[:-30])
    with pytest.raises(CommandError, match=r"manifest\.json\.gz cannot be read"):
        run(str(tmp_path))


def test_with_somebodys_grants(cast: Cast, grant: Callable[..., User]) -> None:
    grant("loader", "Ingest", "company.data")
    with pytest.raises(CommandError, match="may not post"):
        run(str(HARBOUR), "--user", "loader@example.com")
    said = run(str(HARBOUR), "--user", "loader@example.com", "--namespace", "company.data")
    assert "11 created" in said
    assert DbtProject.objects.unscoped(WHY).get().imported_by == cast.users["loader"]
    run(str(HARBOUR), "--service-account", "kestra", "--namespace", "company.other")


def test_what_is_missing_or_broken(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no manifest\.json .* run dbt first"):
        run(str(tmp_path))
    shutil.copytree(HARBOUR, tmp_path, dirs_exist_ok=True)
    (tmp_path / "catalog.json").write_text('{"metadata": {"a": 1,}}')
    with pytest.raises(CommandError, match=r"catalog\.json is not valid JSON: .*line 1, column"):
        run(str(tmp_path))
    with pytest.raises(CommandError, match="no tenant “nowhere”"):
        run(str(HARBOUR), "--tenant", "nowhere")


def test_problems_are_told_and_then_counted(cast: Cast, tmp_path: Path) -> None:
    nodes = [model(f"m{n}", ["model.shop.gone"]) for n in range(30)]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(*nodes)))
    said = run(str(tmp_path)).splitlines()
    assert said[1] == (
        "  model.shop.m0 depends_on.nodes: left out: “model.shop.gone” is not in the manifest"
    )
    assert said[-1] == "  … and 10 more"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal() -> None:
    screen = Terminal()
    bar = Bar(screen)
    bar(0, 4, "reading")
    bar(2, 4, "reading")
    bar(9, 4, "writing")
    bar.end()
    shown = screen.getvalue().split("\r\x1b[2K")
    assert shown[1] == "░" * 30 + "   0%  reading"
    assert shown[2] == "█" * 15 + "░" * 15 + "  50%  reading"
    assert shown[3] == "█" * 30 + " 100%  writing"
    assert shown[-1] == ""


def test_a_line_for_each_step_elsewhere() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    for done in range(3):
        bar(done, 3, "reading")
    bar(1, 1, "writing")
    bar.end()
    assert stream.getvalue() == "reading …\nwriting …\n"
