"""`manage.py serve`: everything comes up together and goes down together, however it ends."""

import http.client
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.postgres import EmbeddedPostgres
from tests.config.checkouts import alive, copied_to, free_port, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with copied_to(tmp_path_factory.mktemp("checkout")) as checkout:
        yield checkout


@pytest.fixture
def port() -> int:
    return free_port()


def get(port: int, path: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    status, body = response.status, json.loads(response.read())
    connection.close()
    return status, body


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def test_it_serves_until_it_is_told_to_stop_and_leaves_nothing_behind(checkout, port):
    with serving(checkout, port) as server:
        server.until_ready()
        assert "Python threads" not in server.said
        assert f"Headwater is ready at http://127.0.0.1:{port}/" in server.said
        assert "create_admin" in server.said
        assert get(port, "/readyz") == (200, {"status": "ok"})
        below = server.below()
        assert len(below) >= 4  # web server, its two workers, job worker
        with serving(checkout, port) as second:
            assert second.ends() == 1
            assert "choose another --port" in second.said
        os.killpg(server.process.pid, signal.SIGINT)  # as Ctrl-C does
        assert server.ends() == 0
        assert not alive(below)
    assert not EmbeddedPostgres(checkout).is_running()


def test_when_one_process_dies_it_says_so_and_stops_the_rest(checkout, port):
    with serving(checkout, port) as server:
        server.until_ready()
        below = server.below()
        web_server = min(below)
        os.kill(web_server, signal.SIGKILL)
        assert server.ends() == 1
        assert "The web server was killed by signal 9. Everything else was stopped." in server.said
        assert not alive(below)
    assert not EmbeddedPostgres(checkout).is_running()


def test_killed_itself_it_takes_everything_along(checkout, port):
    with serving(checkout, port) as server:
        server.until_ready()
        below = server.below()
        server.process.kill()
        assert eventually(lambda: not alive(below))
    assert eventually(lambda: not EmbeddedPostgres(checkout).is_running())


def test_a_database_that_cannot_be_used_is_said_at_once(checkout, port):
    environ = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x", "SECRET_KEY": "shared"}
    with serving(checkout, port, **environ) as server:
        assert server.ends() == 1
        assert "The database cannot be used" in server.said
