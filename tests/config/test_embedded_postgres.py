"""The embedded server, tried as root and as an ordinary user, shared, crashed and in odd places.

A base folder stands for the checkout. pytest's own folders have the mode 0700, so root's server
account can never reach one: what works here works for a checkout in a private home, too.
"""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from config.postgres import EmbeddedPostgres, EmbeddedPostgresError
from config.postgres.places import SOCKET_NAME, Place

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
OTHER = pwd.getpwnam("nobody")
# Lets the other user start the interpreter that may lie in root's home; it can write nothing.
MAY_READ = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def as_other(*options: str) -> list[str]:
    ids = [f"--reuid={OTHER.pw_uid}", f"--regid={OTHER.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids, *options]


def may_act_as_other() -> bool:
    """Root may, unless a container took the capability away."""
    return AS_ROOT and not subprocess.call([*as_other(*MAY_READ), "true"])


only_root = pytest.mark.skipif(not may_act_as_other(), reason="only root can act for others")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A base folder that the tests share: making a database takes most of a second."""
    yield from _base(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A base folder that has no database yet."""
    yield from _base(tmp_path)


def _base(folder: Path) -> Iterator[Path]:
    base = folder / "checkout"
    base.mkdir()
    yield base
    if AS_ROOT:  # root's server keeps its data elsewhere
        home = Place(base).home
        for folder in [home, home.with_suffix(".previous")]:
            shutil.rmtree(folder, ignore_errors=True)


class User:
    """A process of its own that uses the server."""

    def __init__(self, base: Path, prefix: list[str]) -> None:
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tests.config.database_user", str(base)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def reads(self) -> str:
        line = self.process.stdout.readline().strip()
        assert line, self.process.stderr.read()
        return line

    def asks(self, sql: str) -> str:
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()
        return self.reads()

    def leaves(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0


@contextmanager
def user_of(base: Path, prefix: list[str] | None = None) -> Iterator[User]:
    user = User(base, prefix or [])
    try:
        yield user
    finally:
        user.process.kill()
        user.process.communicate()


def asks(server: EmbeddedPostgres, sql: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchone()[0] if cursor.description else None


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.place.data / "postmaster.pid").read_text().split()[0])


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_it_answers_on_a_private_socket_alone_and_stops(base):
    with EmbeddedPostgres(base) as server:
        assert asks(server, "SHOW listen_addresses") == ""
        assert asks(server, "SHOW fsync") == "on"
        assert (
            asks(server, "SELECT datcollate FROM pg_database WHERE datname = 'headwater'") == "C"
        )
        assert stat.S_IMODE(server.place.sockets.stat().st_mode) == 0o700
        owner = server.place.data.stat().st_uid
        assert owner != 0
        assert Path(f"/proc/{postmaster(server)}").stat().st_uid == owner
    assert not server.is_running()
    assert not (server.place.sockets / SOCKET_NAME).exists()


def test_data_outlive_the_server_and_a_half_made_folder_is_no_obstacle(fresh):
    server = EmbeddedPostgres(fresh)
    server.place.make_state_folder()
    server.place.prepare()
    (server.place.home / "data.unfinished").mkdir()
    (server.place.home / "data.unfinished" / "PG_VERSION").touch()
    with server:
        asks(server, "CREATE TABLE kept AS SELECT 7 AS n")
    with server:
        assert asks(server, "SELECT n FROM kept") == 7
    (server.place.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 12"):
        server.start()


@pytest.mark.parametrize("who", ["current", pytest.param("ordinary", marks=only_root)])
def test_a_long_path_works_for_everybody(fresh, who):
    """150 characters is more than a socket's path may have."""
    deep = fresh / "a"
    while len(str(deep)) < 150:
        deep = deep / "deeper"
    deep.mkdir(parents=True)
    if who == "ordinary":
        os.chown(deep, OTHER.pw_uid, OTHER.pw_gid)
    prefix = as_other(*MAY_READ) if who == "ordinary" else []
    with user_of(deep, prefix) as user:
        assert user.reads() == "ready"
        assert user.asks("SELECT session_user") == "headwater"
        data = Path(user.asks("SHOW data_directory"))
        sockets = Path(user.asks("SHOW unix_socket_directories"))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        if who == "ordinary":
            assert data == deep / ".headwater/pg/data"
            assert data.stat().st_uid == sockets.stat().st_uid == OTHER.pw_uid
        user.leaves()
    shutil.rmtree(sockets)
    if AS_ROOT:
        shutil.rmtree(data.parent, ignore_errors=True)


def test_two_commands_at_once_share_one_server_until_the_second_leaves(base):
    with user_of(base) as first, user_of(base) as second:
        assert first.reads() == second.reads() == "ready"
        started = "SELECT pg_postmaster_start_time()"
        assert first.asks(started) == second.asks(started)
        first.leaves()
        assert second.asks("SELECT 1") == "1"
        second.leaves()
    assert not EmbeddedPostgres(base).is_running()


def test_a_killed_command_leaves_no_server_behind(base):
    with user_of(base) as user:
        assert user.reads() == "ready"
        user.process.kill()
    assert eventually(lambda: not EmbeddedPostgres(base).is_running())


def test_a_killed_server_starts_again_with_all_that_was_committed(base):
    with EmbeddedPostgres(base) as server:
        asks(server, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(postmaster(server), signal.SIGKILL)
        with EmbeddedPostgres(base) as again:
            assert asks(again, "SELECT n FROM kept") == 7
    assert not server.is_running()


def test_a_killed_keeper_takes_its_server_along(base):
    with EmbeddedPostgres(base) as server:
        status = Path(f"/proc/{postmaster(server)}/status").read_text()
        keeper = int(status.split("PPid:")[1].split()[0])
        os.kill(keeper, signal.SIGKILL)
        assert eventually(lambda: not server.is_running())


def test_stale_pid_and_socket_files_are_no_obstacle_even_when_the_pid_is_taken(base):
    server = EmbeddedPostgres(base)
    with server:
        owner = server.place.data.stat()
    account = {"user": owner.st_uid, "group": owner.st_gid} if AS_ROOT else {}
    bystander = subprocess.Popen(["sleep", "60"], **account)
    try:
        files = [server.place.data / "postmaster.pid", server.place.sockets / SOCKET_NAME]
        for file in [*files, server.place.sockets / f"{SOCKET_NAME}.lock"]:
            file.write_text(f"{bystander.pid}\n{server.place.data}\n0\n5432\n")
            os.chown(file, owner.st_uid, owner.st_gid)
        with server:
            assert asks(server, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@only_root
def test_nobody_else_can_connect(base):
    with EmbeddedPostgres(base) as server:
        psql = [server.place.binaries() / "psql", server.url, "-Atc", "SELECT 1"]
        refused = subprocess.run([*as_other(), *psql], capture_output=True, text=True)
        assert "Permission denied" in refused.stderr
        # Even with both doors open, the server itself asks the kernel who is there.
        server.place.home.chmod(0o755)
        server.place.sockets.chmod(0o755)
        (server.place.sockets / SOCKET_NAME).chmod(0o777)
        refused = subprocess.run([*as_other(), *psql], capture_output=True, text=True)
        assert "Peer authentication failed" in refused.stderr
        server.place.sockets.chmod(0o700)
        server.place.home.chmod(0o710)


def test_no_folder_of_others_changes(fresh):
    package = Path(psycopg.__file__).parents[1]
    others = {*fresh.parents, *package.parents, fresh, package, Path("/var/lib"), Path("/tmp")}

    def look() -> dict[Path, tuple[int, int, int]]:
        found = {path: path.stat() for path in others}
        return {path: (s.st_mode, s.st_uid, s.st_gid) for path, s in found.items()}

    before = look()
    with EmbeddedPostgres(fresh):
        assert look() == before
    assert look() == before


@only_root
def test_deleting_the_state_folder_starts_afresh_and_keeps_one_copy(fresh):
    with EmbeddedPostgres(fresh) as server:
        asks(server, "CREATE TABLE old AS SELECT 7 AS n")
        shutil.rmtree(fresh / ".headwater")
        with pytest.raises(EmbeddedPostgresError, match="still runs"):
            EmbeddedPostgres(fresh).start()
    shutil.rmtree(fresh / ".headwater")
    with EmbeddedPostgres(fresh) as server:
        assert asks(server, "SELECT to_regclass('old')") is None
    assert server.place.home.with_suffix(".previous").exists()


@only_root
def test_a_socket_folder_that_somebody_else_made_is_refused(fresh):
    place = Place(fresh)
    place.home.mkdir(parents=True)
    place.sockets.mkdir()
    os.chown(place.sockets, OTHER.pw_uid, OTHER.pw_gid)
    place.state.mkdir(mode=0o700)
    place.link.symlink_to(place.home)
    with pytest.raises(EmbeddedPostgresError, match="must be a folder of the user"):
        EmbeddedPostgres(fresh).start()
    assert place.sockets.stat().st_uid == OTHER.pw_uid
