"""Start, share and stop the embedded server.

Three lock files carry the whole of it, and no process id is ever trusted:

- `pg.lock`: held while one command starts or leaves the server, so that two cannot collide;
- `users`: shared by all commands that use the server, so free when there are none;
- `alive`: held by the server's own processes, so free when the last of them has gone.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg

from config.postgres.cluster import DATABASE, ROLE, launch
from config.postgres.locks import EXCLUSIVE, SHARED, open_lock, opened, take, try_take
from config.postgres.places import Account, EmbeddedPostgresError, Place

PATIENCE = 60  # seconds; crash recovery replays the log before it answers
PAUSE = 0.02


class EmbeddedPostgres:
    """One checkout's server. `with EmbeddedPostgres(BASE_DIR):` starts it, or joins a running one.

    Building one touches nothing on disk, so that settings can ask for `django`.
    """

    def __init__(self, base_dir: Path) -> None:
        self.place = Place(base_dir)
        self._users: int | None = None

    @property
    def django(self) -> dict[str, str]:
        """What `DATABASES` needs to reach it."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": ROLE,
            "HOST": str(self.place.sockets),
            "PORT": "5432",
        }

    @property
    def url(self) -> str:
        """The same for psql and other programs."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.place.sockets), safe='')}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server or join it: it answers from now until `stop`, or our own end.

        Raises `EmbeddedPostgresError`, whose text says what to do.
        """
        if self._users is not None:
            return
        with self._transition():
            account = self.place.prepare()
            users = open_lock(self.place.users)
            try:
                take(users, SHARED)  # waits for a server that is just stopping
                self._bring_up(account)
            except BaseException:
                os.close(users)
                raise
            self._users = users

    def stop(self) -> None:
        """Leave the server. The last to leave returns when it has stopped."""
        users, self._users = self._users, None
        if users is None:
            return
        with self._transition():
            # Either attempt gives up the lock we hold. If the first fails, somebody else holds
            # one: a command (then a shared one can be had beside it) or the keeper (then not).
            last = try_take(users, EXCLUSIVE) or not try_take(users, SHARED)
            os.close(users)
            deadline = time.monotonic() + PATIENCE
            while last and self._is_alive() and time.monotonic() < deadline:
                time.sleep(PAUSE)

    def is_running(self) -> bool:
        """Whether any process of the server is alive."""
        with self._transition():
            return self._is_alive()

    @contextmanager
    def _transition(self) -> Iterator[None]:
        self.place.make_state_folder()
        with opened(self.place.state / "pg.lock") as lock:
            take(lock, EXCLUSIVE)
            yield

    def _is_alive(self) -> bool:
        if not self.place.home.exists():
            return False
        with opened(self.place.alive) as alive:
            return not try_take(alive, EXCLUSIVE)

    def _bring_up(self, account: Account) -> None:
        deadline = time.monotonic() + PATIENCE
        launched = False
        problem = ""
        while time.monotonic() < deadline:
            with opened(self.place.alive) as alive:
                if try_take(alive, EXCLUSIVE):
                    if launched:  # and dead again
                        break
                    launch(self.place, account, alive)
                    launched = True
            try:
                self._ensure_database()
                return
            except psycopg.OperationalError as error:  # not yet, or no longer, answering
                problem = str(error)
                time.sleep(PAUSE)
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL did not start. {problem}\n"
            f"Its log, {self.place.log}, ends:\n{_tail(self.place.log)}"
        )

    def _ensure_database(self) -> None:
        with psycopg.connect(
            host=str(self.place.sockets), port=5432, user=ROLE, dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not found.fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    except FileNotFoundError:
        return "(there is none)"
