"""Which database: the one of DATABASE_URL, or without it the embedded server.

Settings name it and never start it. What starts it are the entry points: manage.py, for commands
that need it, and pytest.
"""

import atexit
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from config.environment import Environment
from config.postgres import EmbeddedPostgres, EmbeddedPostgresError

BASE_DIR = Path(__file__).resolve().parent.parent

# These never ask the database anything; `demo` and `serve` start it themselves, after they have
# looked at their port. A command that is missing here only takes a moment longer.
COMMANDS_WITHOUT = {"help", "version", "diffsettings", "collectstatic", "findstatic"}
COMMANDS_WITHOUT |= {"serve", "demo"}


#: A connection keeps the plan of a statement of `accounts.bulk` from its third run on; no other
#: statement is prepared. Their values are arrays, whose contents tell the planner nothing.
PLANS = {"prepare_threshold": 2, "options": "-c plan_cache_mode=force_generic_plan"}
POOL = {"min_size": 1, "max_size": 9, "timeout": 10}


def database_settings(environment: Environment) -> dict[str, Any]:
    """What Django's `DATABASES` wants for the default database. Starts nothing."""
    named = environment.database("DATABASE_URL") or dict(EmbeddedPostgres(BASE_DIR).django)
    return {**named, "OPTIONS": PLANS | named.get("OPTIONS", {}), "CONN_HEALTH_CHECKS": True}


def share_connections() -> None:
    """For the web server, whose threads come and go: a pool for each worker process.

    Not a setting, because a command needs one connection, and no pool to close at its end.
    """
    connections.databases["default"]["OPTIONS"]["pool"] = POOL
    atexit.register(_close_pool)


def _close_pool() -> None:
    connection = connections["default"]
    assert isinstance(connection, DatabaseWrapper)
    connection.close_pool()


def embedded_server() -> EmbeddedPostgres | None:
    """The embedded server, or None when DATABASE_URL names another one."""
    return None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(BASE_DIR)


@contextmanager
def database_for(arguments: Sequence[str]) -> Iterator[None]:
    """Keep the database running for one call of manage.py; `arguments` is its `sys.argv`."""
    command = arguments[1] if len(arguments) > 1 else "help"
    server = embedded_server()
    if server is None or command in COMMANDS_WITHOUT or {"-h", "--help"} & {*arguments}:
        yield
        return
    try:
        server.start()
    except EmbeddedPostgresError as error:
        raise SystemExit(str(error)) from None
    # `dbshell` finds a psql in any case; one that the machine has comes first.
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], str(server.place.binaries())])
    try:
        yield
    finally:
        server.stop()
