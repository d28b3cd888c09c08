"""Bring in what dbt wrote to a folder: manifest.json, and catalog.json and run_results.json if
they are there. Large files are read piece by piece."""

import gzip
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.lookups import add_tenant
from lineage.dbt import (
    DEFAULT_NAMESPACE,
    FILES,
    Artifacts,
    InvalidArtifact,
    Options,
    read_artifacts,
)
from lineage.dbt_import import ImportRefused, ImportResult, import_dbt
from lineage.dbt_import.telling import lines_of, status_of
from lineage.management.acting import access_for, add_acting
from lineage.management.progress import Bar

#: For reading column lineage from SQL: nobody waits for an answer to a request here.
SQL_SECONDS = 600.0


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []  # noqa: RUF012 as the other commands

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="dbt's target/")
        add_tenant(parser)
        parser.add_argument(
            "--namespace",
            default=DEFAULT_NAMESPACE,
            help=f"of the project's flow and its new assets (default: {DEFAULT_NAMESPACE})",
        )
        parser.add_argument("--flow", default="", help="its id (default: the project's name)")
        parser.add_argument(
            "--asset-namespace",
            default="",
            metavar="TEMPLATE",
            help="where assets go instead, such as warehouse.{schema}; also {project}, {package},"
            " {database}, {group}",
        )
        parser.add_argument(
            "--without-runs", action="store_true", help="leave run_results.json out"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
        add_acting(parser)

    def handle(self, **options: Any) -> None:
        access = access_for(options)
        bar = Bar()
        try:
            artifacts = read_folder(options["folder"], bar, with_runs=not options["without_runs"])
            result = import_dbt(
                access,
                artifacts,
                Options(options["namespace"], options["flow"], options["asset_namespace"]),
                dry_run=options["dry_run"],
                progress=bar,
                seconds=SQL_SECONDS,
            )
        except InvalidArtifact as exc:
            raise CommandError(f"{exc.field}.json {exc.message}.") from exc
        except ImportRefused as exc:
            raise CommandError(exc.message) from exc
        finally:
            bar.end()
        self.tell(result)

    def tell(self, result: ImportResult) -> None:
        for line in lines_of(result):
            self.stdout.write(line)
        if status_of(result) == "failure":
            raise CommandError("Nothing went in.")


def read_folder(folder: Path, bar: Bar, *, with_runs: bool) -> Artifacts:
    """The artifacts of a folder, each plain or with `.gz` behind its name."""
    wanted = [name for name in FILES if with_runs or name != "run_results"]
    paths = {name: path for name in wanted if (path := artifact(folder, name)) is not None}
    if "manifest" not in paths:
        raise CommandError(f"There is no manifest.json in {folder}: run dbt first.")
    size = sum(path.stat().st_size for path in paths.values())
    with ExitStack() as stack:
        done = [0]
        files = {
            name: Watched(stack.enter_context(path.open("rb")), path, done, size, bar)
            for name, path in paths.items()
        }
        return read_artifacts(files)


def artifact(folder: Path, name: str) -> Path | None:
    found = (folder / f"{name}{ending}" for ending in (".json", ".json.gz"))
    return next((path for path in found if path.is_file()), None)


class Watched:
    """A file that tells how far it has been read; `done`: bytes of all files together."""

    def __init__(self, file: IO[bytes], path: Path, done: list[int], size: int, bar: Bar) -> None:
        self.file = file
        self.stream: Any = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        self.name = path.name
        self.before = -1
        self.done, self.size, self.bar = done, size, bar

    def read(self, size: int, /) -> bytes:
        try:
            chunk: bytes = self.stream.read(size)
        except (OSError, EOFError) as exc:
            raise CommandError(f"{self.name} cannot be read: {exc}.") from exc
        self.done[0] += self.file.tell() - max(self.before, 0)
        self.before = self.file.tell()
        self.bar(self.done[0], self.size, f"reading {self.name}")
        return chunk
