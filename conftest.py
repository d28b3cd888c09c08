"""Tests run on the same server as everything else, in a database of their own."""

from collections.abc import Iterator

import pytest

from config.database import embedded_server


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """Asked for by the first test that needs a database: a run without one starts no server."""
    server = embedded_server()
    if server is None:
        yield
        return
    with server:
        yield
