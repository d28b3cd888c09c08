"""`manage.py demo`: Headwater with a believable company in it, on this machine only."""

import json
import os
import tempfile
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Tenant
from config.database import BASE_DIR
from config.serving import LOOPBACK, add_port, serve
from lineage.demo import TenantTaken, load_demo

ACCOUNTS = BASE_DIR / ".headwater/demo.json"
UNFINISHED = BASE_DIR / ".headwater/demo.unfinished"


class Command(BaseCommand):
    help = "Load the demo into the database and serve it."
    requires_system_checks: list[str] = []  # `serve` runs them, once there is a database

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_port(parser)
        parser.add_argument(
            "--reset", action="store_true", help="delete the demo's tenants and load them anew"
        )
        parser.add_argument(
            "--force", action="store_true", help="load it into the database of DATABASE_URL"
        )

    def handle(self, *, port: int, reset: bool, force: bool, **_: Any) -> None:
        if os.environ.get("DATABASE_URL") and not force:
            raise CommandError(
                "DATABASE_URL is set, and the demo would be written into that database. "
                "Unset it, or say --force."
            )
        self._reset = reset
        serve(
            self.check,
            host=LOOPBACK,
            port=port,
            workers=2,
            prepare=self._prepare,
            greet=self._greet,
        )

    def _prepare(self, url: str) -> None:
        """Load the demo unless it is there; either way `demo.json` names today's URL."""
        interrupted = UNFINISHED.exists()
        if self._reset or interrupted or not (ACCOUNTS.exists() and _has_tenants()):
            if _has_tenants() and not (self._reset or interrupted):
                raise CommandError(
                    "The database holds tenants that are not the demo's. "
                    "--reset deletes the tenants `main` and `other` with all they hold."
                )
            self.stdout.write("Loading the demo …")
            self.stdout.flush()
            UNFINISHED.touch()
            accounts = _load(reset=_has_tenants())
        else:
            accounts = json.loads(ACCOUNTS.read_text())
        self._accounts = {**accounts, "url": url}
        _write_private(ACCOUNTS, json.dumps(self._accounts, indent=2) + "\n")
        UNFINISHED.unlink(missing_ok=True)

    def _greet(self, url: str) -> None:
        self.stdout.write(f"Headwater is ready at {url}")
        self.stdout.write("Log in as one of:")
        for user in self._accounts["users"]:
            self.stdout.write(f"  {user['role']:<15} {user['email']:<28} {user['password']}")
        self.stdout.write(f"API tokens are in {ACCOUNTS}. Ctrl-C stops it.")
        self.stdout.flush()


def _load(*, reset: bool) -> dict[str, Any]:
    try:
        accounts = load_demo(reset=reset)
    except TenantTaken as error:
        raise CommandError(str(error)) from error
    if accounts is None:
        raise CommandError("The demo is loaded already, and --reset was not said.")
    return asdict(accounts)


def _has_tenants() -> bool:
    return Tenant.objects.exists()


def _write_private(path: Path, text: str) -> None:
    """In one step, and never readable by others, not even for a moment."""
    number, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(number, "w") as file:
        file.write(text)
    os.replace(draft, path)
