"""`import_catalog` and `export_catalog`: thin callers, files of any length."""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Asset, AssetChange
from tests.conftest import Cast
from tests.lineage.transfer.files import everything, lines, send

A = {"id": "a", "type": "Table", "namespace": "company.data", "description": "=1\nü"}
FEED = {"kind": "edge", "upstream": "a", "downstream": "b", "note": "By hand."}
FILE = lines(FEED, A, {"id": "b", "type": "File"})


def run(command: str, *args: Any, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(command, *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", ["c.jsonl", "c.jsonl.gz", "c.yaml", "c.yml.gz"])
def test_out_and_in_again(cast: Cast, tmp_path: Path, name: str):
    send(cast, FILE)
    before = everything(cast, "main")
    run("export_catalog", tmp_path / name)
    out, _ = run("import_catalog", tmp_path / name, tenant="other")
    assert "asset         2 created" in out and "edge          1 created" in out
    assert everything(cast, "other") == before
    change = AssetChange.objects.unscoped("test").filter(tenant=cast.other).first()
    assert change and change.source["label"] == "a command on the server"


def test_csv_in_two_files(cast: Cast, tmp_path: Path):
    send(cast, FILE)
    for what in ("assets", "edges"):
        run("export_catalog", tmp_path / "c.csv", what=what)
        run("import_catalog", tmp_path / "c.csv", tenant="other")
    assert everything(cast, "other") == everything(cast, "main")
    with pytest.raises(CommandError, match="either assets or edges"):
        run("export_catalog", tmp_path / "c.csv", what="all")


def test_bad_rows_are_told(cast: Cast, tmp_path: Path):
    file = tmp_path / "c.jsonl"
    file.write_text(lines(A, {"id": "c d"}, *({"id": f"n{n}"} for n in range(25))))
    out, err = run("import_catalog", file)
    assert "asset         1 created" in out and "asset        26 failed" in out
    assert "line 2, c d: id must not contain U+0020 (space)" in err
    assert "and 6 more" in err
    with pytest.raises(CommandError, match="Nothing went in"):
        run("import_catalog", file, atomic=True)


def test_a_dry_run(cast: Cast, tmp_path: Path):
    (tmp_path / "c.jsonl").write_text(FILE)
    out, _ = run("import_catalog", tmp_path / "c.jsonl", dry_run=True)
    assert "asset         2 would be created" in out
    assert not Asset.objects.unscoped("test").exists()


def test_in_somebody_s_name(cast: Cast, tmp_path: Path):
    send(cast, FILE)
    file = tmp_path / "c.jsonl"
    run("export_catalog", file, user="viewer@example.com")
    assert [line.split('"')[7] for line in file.read_text().splitlines()] == ["a"]
    (tmp_path / "d.csv").write_text("id,type\nz,T\n")
    with pytest.raises(CommandError, match="Nothing went in"):
        run("import_catalog", tmp_path / "d.csv", user="viewer@example.com")
    run("export_catalog", file, query="type:File")
    assert '"id": "b"' in file.read_text() and '"id": "a"' not in file.read_text()


@pytest.mark.parametrize(
    ("command", "name", "content", "message"),
    [
        ("import_catalog", "c.xls", b"x", "Say --format"),
        ("import_catalog", "c.csv", b"name\nx\n", "Line 1: Column “name” is unknown"),
        ("import_catalog", "c.csv", None, "cannot be read: No such file"),
        (
            "import_catalog",
            "c.csv.gz",
            gzip.compress(b"id,type\n", mtime=0)[:-9],
            "cannot be read",
        ),
        ("export_catalog", "c.xls", None, "Say --format"),
        ("export_catalog", "no/where/c.csv", None, "cannot be written"),
    ],
)
def test_what_cannot_be_done(
    cast: Cast, tmp_path: Path, command: str, name: str, content: bytes | None, message: str
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=message):
        run(command, tmp_path / name)


def test_a_query_that_makes_no_sense(cast: Cast, tmp_path: Path):
    with pytest.raises(CommandError, match="state:odd"):
        run("export_catalog", tmp_path / "c.jsonl", query="state:odd")
