"""What `serve` and `demo` share: database, web server and job worker, from start to end."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from config.checks import check_secret_key_is_given
from config.database import embedded_server
from config.postgres import EmbeddedPostgresError
from config.supervisor import (
    Children,
    Failed,
    Stopped,
    port_is_free,
    stop_on_signals,
    wait_until_ready,
)

LOOPBACK = "127.0.0.1"
ANYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 where to find a server bound to all
#: Of each worker. Requests that meet in one are recorded together (`lineage.recording.gathering`).
THREADS = 8
DATABASE_LOOK = 2  # seconds between looks at the embedded server


def add_port(parser: ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000, help="default: 8000")


def serve(
    check: Callable[..., None],
    *,
    host: str,
    port: int,
    workers: int,
    prepare: Callable[[str], None],
    greet: Callable[[str], None],
) -> None:
    """Run until a signal comes; raise `CommandError` when something ends by itself.

    `check` is the command's own, for Django's system checks, which want a database.
    `prepare(url)` runs on the migrated database before the server starts, `greet(url)` when it is
    ready. Whatever was started has ended when this returns or raises.
    """
    for problem in check_secret_key_is_given():
        raise CommandError(f"{problem.msg} {problem.hint}")
    if not port_is_free(host, port):
        raise CommandError(f"{host}:{port} is taken or not to be had: choose another --port.")
    reach = ANYWHERE.get(host, host)
    url = f"http://{f'[{reach}]' if ':' in reach else reach}:{port}/"
    try:
        stop_on_signals()
        with _database(check) as check_database, Children() as children:
            prepare(url)
            connection.close()  # a connection must not be shared with a child
            children.start("web server", _run_web_server, host, port, workers)
            children.start("job worker", _run_job_worker)
            wait_until_ready(reach, port, children.check)
            greet(url)
            children.watch(check_database)
    except Stopped:
        pass
    except (Failed, EmbeddedPostgresError) as error:
        raise CommandError(f"{error} Everything else was stopped.") from None


@contextmanager
def _database(check_code: Callable[..., None]) -> Iterator[Callable[[], None]]:
    """The database, running and migrated; yields what to call now and then to see it still is."""
    server = embedded_server()
    looked_at = time.monotonic()

    def check() -> None:
        nonlocal looked_at
        if server and time.monotonic() - looked_at > DATABASE_LOOK:
            looked_at = time.monotonic()
            if not server.is_running():
                raise Failed(f"The embedded PostgreSQL has ended; see {server.place.log}.")

    try:
        if server:
            server.start()
        _migrate(check_code)
        yield check
    finally:
        connection.close()
        if server:
            server.stop()


def _migrate(check: Callable[..., None]) -> None:
    try:
        check(databases=["default"])
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise CommandError(f"The database cannot be used: {error}") from error


def _run_web_server(host: str, port: int, workers: int) -> None:
    Granian(
        "config.wsgi:application",
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
    ).serve()


def _run_job_worker() -> None:
    options = ("--concurrency=4", "--shutdown-graceful-timeout=10", "--delete-jobs=successful")
    call_command("procrastinate", "worker", *options)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ArgumentTypeError(f"{text!r} is not a port between 1 and 65535")
    return int(text)
