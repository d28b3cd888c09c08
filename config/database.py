"""Which database: the one of DATABASE_URL, or without it the embedded server.

Settings name it and never start it. What starts it are the entry points: manage.py, for commands
that need it, and pytest.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from config.postgres import EmbeddedPostgres, EmbeddedPostgresError

BASE_DIR = Path(__file__).resolve().parent.parent

# These never ask the database anything; `demo` and `serve` start it themselves, after they have
# looked at their port. A command that is missing here only takes a moment longer.
COMMANDS_WITHOUT = {"help", "version", "diffsettings", "collectstatic", "findstatic"}
COMMANDS_WITHOUT |= {"serve", "demo"}


def database_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """What Django's `DATABASES` wants for the default database. Starts nothing.

    Raises `ImproperlyConfigured` when DATABASE_URL is no PostgreSQL URL.
    """
    url = environ.get("DATABASE_URL", "")
    if not url:
        return EmbeddedPostgres(BASE_DIR).django
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # libpq's message would repeat the URL's tail, which may hold the password.
        raise ImproperlyConfigured("DATABASE_URL cannot be read as a PostgreSQL URL") from error
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    known["PORT"] = "port"
    settings = {key: str(parts.pop(name, "") or "") for key, name in known.items()}
    if not settings["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgresql://…/NAME")
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": parts, **settings}


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
    try:
        yield
    finally:
        server.stop()
