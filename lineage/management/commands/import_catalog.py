"""Bring in a catalog: assets, their other names and edges, as CSV, JSON lines or YAML, of any
length. Good rows go in and bad ones are told, unless it is all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.lookups import add_tenant
from catalog.interchange import FORMATS, Unreadable
from lineage.management.acting import FileSource, access_for, add_acting
from lineage.management.progress import Bar
from lineage.transfer.importing import Options, Outcome, run_import
from lineage.transfer.naming import form_of_name
from lineage.transfer.staging import stage

#: Failed rows that are told one by one.
TOLD = 20


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []  # noqa: RUF012 as the other commands

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="may end in .gz")
        add_tenant(parser)
        parser.add_argument("--format", choices=FORMATS, help="where the name does not tell")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would change")
        parser.add_argument("--atomic", action="store_true", help="all of it, or nothing")
        add_acting(parser)

    def handle(self, **options: Any) -> None:
        path = options["file"]
        form = options["format"] or form_of_name(path.name)
        if not form:
            raise CommandError(f"Say --format {'|'.join(FORMATS)}: the name does not tell.")
        access = access_for(options)
        bar = Bar()
        try:
            with path.open("rb") as file:
                staged = stage(FileSource(file, path), form, lambda *at: bar(0, 1, at[2]))
            outcome = run_import(
                access, staged, Options(options["dry_run"], options["atomic"]), bar
            )
        except OSError as exc:
            raise CommandError(f"{path} cannot be read: {exc.strerror}.") from exc
        except Unreadable as exc:
            where = f"Line {exc.line}: " if exc.line else ""
            raise CommandError(f"{where}{exc}") from exc
        finally:
            bar.end()
        self.tell(outcome)

    def tell(self, outcome: Outcome) -> None:
        """Counts, then the first failed rows; an error where nothing went in."""
        would = "would be " if outcome.options.dry_run else ""
        for (kind, status), count in sorted(outcome.counts.items()):
            self.stdout.write(f"{kind:<6} {count:>8,} {would}{status}")
        failed = (one for one in outcome.results() if one["status"] == "failed")
        for result, _ in zip(failed, range(TOLD), strict=False):
            for error in result["errors"]:
                place = f"line {result['line']}, {result['id'] or 'row'}"
                said = " ".join(filter(None, (error["field"], error["message"])))
                self.stderr.write(f"{place}: {said}")
        if outcome.failed > TOLD:
            self.stderr.write(f"and {outcome.failed - TOLD:,} more")
        if outcome.status == "failure":
            raise CommandError("Nothing went in.")
