"""`manage.py serve`: Headwater in one command, for a desk or behind a proxy."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from config.serving import LOOPBACK, add_port, serve


class Command(BaseCommand):
    help = "Start the database, migrate it, and run the web server and the job worker."
    requires_system_checks: list[str] = []  # `serve` runs them, once there is a database

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_port(parser)
        parser.add_argument("--host", default=LOOPBACK, help=f"default: {LOOPBACK}")
        parser.add_argument("--workers", type=int, default=2, help="web processes, default: 2")

    def handle(self, *, host: str, port: int, workers: int, **_: Any) -> None:
        serve(
            self.check,
            host=host,
            port=port,
            workers=workers,
            prepare=self._prepare,
            greet=self._greet,
        )

    def _prepare(self, _url: str) -> None:
        self._empty = not User.objects.exists()

    def _greet(self, url: str) -> None:
        self.stdout.write(f"Headwater is ready at {url}")
        if self._empty:
            self.stdout.write("Nobody can log in yet. Make the first admin in another terminal:")
            self.stdout.write("  uv run manage.py create_admin you@example.com")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()
