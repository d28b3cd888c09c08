"""Tests run on the same server as everything else, in a database of their own."""

import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from config.database import embedded_server
from config.postgres.locks import EXCLUSIVE, opened, take, try_take


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """Asked for by the first test that needs a database: a run without one starts no server.

    A second run in the same checkout waits: it would drop the database under the first.
    """
    server = embedded_server()
    if server is None:
        yield
        return
    name = settings.DATABASES["default"]["TEST"]["NAME"] or "test"
    with server, opened(server.place.state / f"{name}.lock") as turn:
        if not try_take(turn, EXCLUSIVE):
            print("Waiting for another test run to end …", file=sys.__stderr__, flush=True)
            take(turn, EXCLUSIVE)
        yield
