"""Make the data folder and launch a server on it. Called by one command at a time."""

import os
import pwd
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from config.postgres import keeper
from config.postgres.locks import opened
from config.postgres.places import (
    ACCOUNT,
    PACKAGE,
    SOCKET_NAME,
    Account,
    EmbeddedPostgresError,
    Place,
    major_version,
)

ROLE = DATABASE = ACCOUNT
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# Nothing of the caller's environment: it may hold secrets, or PG* variables that mislead.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def launch(place: Place, account: Account, alive: int) -> None:
    """Start the keeper, and by it the server; does not wait until it answers.

    `alive` is the locked file descriptor that they inherit. That it could be locked proves that
    no process of an earlier server is left, so what such a one left behind is stale.
    """
    _clear_leftovers(place)
    binaries = place.binaries()
    _ensure_data(place, binaries, account)
    _write_access_rules(place, account)
    settings = SETTINGS | {
        "unix_socket_directories": str(place.sockets),
        "hba_file": str(place.home / "pg_hba.conf"),
        "ident_file": str(place.home / "pg_ident.conf"),
    }
    server = [str(binaries / "postgres"), "-D", str(place.data)]
    server += [f"--{name}={value}" for name, value in settings.items()]
    # `users` is opened afresh: a keeper that inherits our lock on it would wait for itself.
    with opened(place.users) as users, _fresh_log(place.log) as log:
        numbers = map(str, [alive, users, account.uid, account.gid])
        subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", keeper.__file__, *numbers, *server],
            pass_fds=[alive, users],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=ENVIRONMENT,
            start_new_session=True,  # Ctrl-C is meant for the command, not for its database
            check=True,
        )


def _clear_leftovers(place: Place) -> None:
    """A killed server leaves its pid and socket files, and a pid may be somebody else's by now."""
    for stale in [
        place.data / "postmaster.pid",
        place.sockets / SOCKET_NAME,
        place.sockets / f"{SOCKET_NAME}.lock",
    ]:
        stale.unlink(missing_ok=True)


def _ensure_data(place: Place, binaries: Path, account: Account) -> None:
    found, ours = major_version(place.data), version(PACKAGE).partition(".")[0]
    if found == ours:
        return
    if found is not None:
        raise EmbeddedPostgresError(
            f"{place.data} was made by PostgreSQL {found}, and this is PostgreSQL {ours}. Move "
            "the data with pg_dump of the old version, or delete that folder to start afresh."
        )
    unfinished = place.home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    os.chown(unfinished, account.uid, account.gid)
    options = ["--auth=reject", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    options += ["--builtin-locale=C.UTF-8", f"--username={ROLE}", "--no-instructions"]
    done = subprocess.run(  # noqa: S603
        [binaries / "initdb", "-D", unfinished, *options],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        **_dropping_to(account),
    )
    if done.returncode:
        raise EmbeddedPostgresError(f"initdb failed:\n{done.stderr.strip()}")
    unfinished.rename(place.data)


def _write_access_rules(place: Place, account: Account) -> None:
    """The kernel tells who is at the socket; the account of the server and its starter may enter.

    Written at every start, and not into the data folder: root does not write where others can.
    """
    names = dict.fromkeys([account.name, pwd.getpwuid(os.geteuid()).pw_name])
    quoted = [name.replace('"', '""') for name in names]
    for name, text in {
        "pg_hba.conf": f"local all {ROLE} peer map=headwater\n",
        "pg_ident.conf": "".join(f'headwater "{name}" {ROLE}\n' for name in quoted),
    }.items():
        path = place.home / name
        path.write_text(text)
        path.chmod(0o640)
        os.chown(path, -1, account.gid)


def _dropping_to(account: Account) -> dict[str, Any]:
    """Arguments for `subprocess.run` that give up root's rights; none for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _fresh_log(path: Path) -> IO[bytes]:
    """The log of this run; that of the run before stays beside it, as `server.log.1`."""
    if path.exists():
        path.replace(f"{path}.1")
    return open(path, "ab")
