"""In whose name a command acts, and how far into a file it is."""

import gzip
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError

from accounts.access import Access, access_of, unlimited
from accounts.management.lookups import tenant_of, user_in


def add_acting(parser: ArgumentParser) -> None:
    """`--user` and `--service-account`: with their grants only."""
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--user", metavar="EMAIL", help="with this person's grants only")
    who.add_argument("--service-account", metavar="NAME", help="with this account's grants")


def access_for(options: Mapping[str, Any]) -> Access:
    """Who can run commands can do everything, unless they say for whom."""
    tenant = tenant_of(dict(options))
    if options["user"] or options["service_account"]:
        return access_of(user_in(tenant, dict(options)), tenant)
    return unlimited(tenant)


class FileSource:
    """A file, gzip undone where its name ends in `.gz`."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.stream: Any = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        self.path = path

    def read(self, size: int, /) -> bytes:
        try:
            chunk: bytes = self.stream.read(size)
        except (OSError, EOFError) as exc:
            raise CommandError(f"{self.path} cannot be read: {exc}.") from exc
        return chunk
