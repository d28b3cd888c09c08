"""The site that the browser visits: `manage.py serve` as users run it, on a database of its own.

It is another process with the real middleware, CSP and static files, so that nothing is imitated.
The tests never ask Django's ORM while Playwright is at work: its loop runs in their thread, where
Django rightly refuses to block. All that must be there is made before the browser starts.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

from django.db import connection

from tests.config.checkouts import ROOT, Serving, free_port, serving


@contextmanager
def database_beside() -> Iterator[str]:
    """An empty database beside the one of the tests; Django uses it meanwhile. Yields its URL."""
    original = connection.settings_dict["NAME"]
    name = f"{original}_browser{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    use(name)
    try:
        yield url_of_database()
    finally:
        use(original)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def use(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def url_of_database() -> str:
    """The one in use, as `DATABASE_URL` wants it; all of it in libpq's words."""
    settings = connection.settings_dict
    words = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    words["port"] = "PORT"
    parts = {word: settings[key] for word, key in words.items() if settings[key]}
    return "postgresql:///?" + urlencode(parts, quote_via=quote)


@contextmanager
def served(database: str) -> Iterator[str]:
    """Headwater on that database, which it migrates first; yields its origin, such as http://127.0.0.1:40123."""
    port = free_port()
    command = ("serve", "--workers=1")
    environ = {"DATABASE_URL": database, "SECRET_KEY": "browser" * 9, "LOG_LEVEL": "ERROR"}
    with serving(ROOT, port, *command, **environ) as server:
        server.until_ready()
        yield f"http://127.0.0.1:{port}"
        end(server)


def end(server: Serving) -> None:
    """Says so when the server complained meanwhile: a page may look well all the same."""
    os.killpg(server.process.pid, signal.SIGINT)
    greeting = server.said
    assert server.ends() == 0, server.said
    assert server.said == greeting, server.said
