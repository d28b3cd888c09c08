"""Write the catalog to a file that can be imported: assets, their other names, and edges."""

import gzip
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management.lookups import add_tenant
from catalog.interchange import FORMATS
from catalog.queries import Search
from catalog.query_language import parse_query
from lineage.management.acting import access_for, add_acting
from lineage.transfer.exporting import ALL, ASSETS, WHATS, Wanted, export
from lineage.transfer.naming import form_of_name


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []  # noqa: RUF012 as the other commands

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="may end in .gz; - for standard output")
        add_tenant(parser)
        parser.add_argument("--format", choices=FORMATS, help="where the name does not tell")
        parser.add_argument("--what", choices=WHATS, help="default: all, of a CSV assets")
        parser.add_argument(
            "--all-edges", action="store_true", help="also those that only runs show"
        )
        parser.add_argument(
            "--query", default="", help="as in the catalog's box: type:Table ns:company.data"
        )
        add_acting(parser)

    def handle(self, **options: Any) -> None:
        name = options["file"]
        form = options["format"] or form_of_name(name)
        if not form:
            raise CommandError(f"Say --format {'|'.join(FORMATS)}: the name does not tell.")
        what = options["what"] or (ASSETS if form == "csv" else ALL)
        if form == "csv" and what == ALL:
            raise CommandError("A CSV holds either assets or edges: say --what.")
        query = parse_query(options["query"])
        if query.bad:
            raise CommandError(f"“{query.bad[0]}”: {query.bad[0].error}")
        access = access_for(options)
        wanted = Wanted(form, what, every_edge=options["all_edges"])
        text = export(access, wanted, Search.of(query), timezone.now())
        with ExitStack() as stack:
            file: Any = sys.stdout.buffer if name == "-" else stack.enter_context(opened(name))
            for piece in text:
                file.write(piece.encode())


def opened(name: str) -> Any:
    try:
        return gzip.open(name, "wb") if name.endswith(".gz") else open(name, "wb")
    except OSError as exc:
        raise CommandError(f"{name} cannot be written: {exc.strerror}.") from exc
