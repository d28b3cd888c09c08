"""Files of JSON lines: whole lines, in the tenant's folder, and never anywhere else."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lineage.exporting.actions import create_exporter, rewind
from lineage.exporting.destinations import Unreachable
from lineage.exporting.files import JsonLines, file_problem
from lineage.openlineage.outgoing.events import Message

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EXPORT_DIR = tmp_path / "exports"
    settings.EXPORT_DIR.mkdir()
    return settings.EXPORT_DIR


def write(name: str, *bodies: dict[str, Any], tenant: str = "main") -> None:
    with JsonLines(tenant, name, NOW) as file:
        file.send([Message((1, 0), body) for body in bodies])


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_event_is_a_line_and_lines_are_added(folder):
    write("a.jsonl", {"n": 1}, {"n": "ü\n"})
    write("a.jsonl", {"n": 3})
    assert lines(folder / "main/a.jsonl") == [{"n": 1}, {"n": "ü\n"}, {"n": 3}]


def test_each_tenant_has_a_folder_and_days_have_files(folder):
    write("shop/lineage-{date}.jsonl", {"n": 1})
    write("a.jsonl", {"n": 2}, tenant="other")
    assert (folder / "main/shop/lineage-2026-11-21.jsonl").exists()
    assert (folder / "other/a.jsonl").exists()


def test_a_line_that_was_cut_short_is_ended_first(folder):
    write("a.jsonl", {"n": 1})
    path = folder / "main/a.jsonl"
    path.write_text(path.read_text() + '{"n": 2, "half')
    write("a.jsonl", {"n": 2})
    assert path.read_text().splitlines() == ['{"n":1}', '{"n": 2, "half', '{"n":2}']


@pytest.mark.parametrize(
    "name",
    ["../x.jsonl", "/tmp/x.jsonl", "a/../x.jsonl", "./x.jsonl", "a//x.jsonl", "x", "x.jsonl/", ""],
)
def test_names_that_lead_elsewhere_are_refused(name):
    assert file_problem(name)
    with pytest.raises(Unreachable):
        write(name, {})


def test_links_lead_nowhere(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "main").mkdir()
    (folder / "main/away").symlink_to(outside)
    (folder / "main/x.jsonl").symlink_to(outside / "x.jsonl")
    for name in ("away/x.jsonl", "x.jsonl"):
        with pytest.raises(Unreachable):
            write(name, {})
    (folder / "linked").symlink_to(outside)
    with pytest.raises(Unreachable):
        write("x.jsonl", {}, tenant="linked")
    assert list(outside.iterdir()) == []


def test_pipes_and_folders_are_no_files(folder):
    (folder / "main/folder.jsonl").mkdir(parents=True)
    os.mkfifo(folder / "main/pipe.jsonl")
    for name in ("folder.jsonl", "pipe.jsonl"):
        with pytest.raises(Unreachable, match="cannot be written"):
            write(name, {})


def test_without_the_operators_word_nothing_is_written(settings):
    settings.EXPORT_DIR = None
    with pytest.raises(Unreachable, match="EXPORT_DIR"):
        write("a.jsonl", {})


@pytest.mark.django_db
def test_an_exporter_writes_what_a_server_would_get(record, run, admin, folder):
    record("run-1")
    said = {"name": "archive", "kind": "FILE", "file": "a.jsonl", "lookbackPeriod": "P36500D"}
    exporter = create_exporter(admin, said)
    assert run(exporter).sent == 4
    written = lines(folder / "main/a.jsonl")
    assert [event["eventType"] for event in written] == ["START", "START", "COMPLETE", "COMPLETE"]
    rewind(admin, "archive", "start")
    run(exporter)
    assert lines(folder / "main/a.jsonl") == written * 2


@pytest.mark.django_db
def test_a_folder_that_went_away_is_said_and_tried_again(record, run, admin, folder, settings):
    record("run-1")
    said = {"name": "archive", "kind": "FILE", "file": "a.jsonl", "lookbackPeriod": "P36500D"}
    exporter = create_exporter(admin, said)
    settings.EXPORT_DIR = folder / "gone"
    assert "cannot be written" in run(exporter).error
    settings.EXPORT_DIR = folder
    assert run(exporter).sent == 4
