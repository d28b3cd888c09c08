"""A copy of this checkout, so that tests may start, kill and empty what they like."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.postgres.places import Place
from config.supervisor import PR_SET_PDEATHSIG

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["config", "accounts", "catalog", "lineage", "templates", "static"]
FILES = ["manage.py", "uv.lock", "pyproject.toml"]


@contextmanager
def copied_to(folder: Path) -> Iterator[Path]:
    """The code alone: no state, no environment. What its server kept elsewhere is removed."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, folder)
    yield folder
    place = Place(folder)
    if place.as_root:
        shutil.rmtree(place.home, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Serving:
    """A running `serve` or `demo`: what it has said so far, and the processes it has started."""

    process: subprocess.Popen[str]
    said: str = ""

    def until_ready(self) -> None:
        while "Ctrl-C stops it" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line

    def below(self) -> set[int]:
        return descendants(self.process.pid)

    def ends(self) -> int:
        self.said += self.process.communicate(timeout=40)[0]
        return self.process.returncode


def end_with_parent() -> None:
    """In the child: Linux ends it when the tests are killed, who could not do so any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def serving(checkout: Path, port: int, *command: str, **environ: str) -> Iterator[Serving]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", *(command or ["serve"]), f"--port={port}"],
        cwd=checkout,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    try:
        yield Serving(process)
    finally:
        process.kill()
        process.communicate()


def descendants(pid: int) -> set[int]:
    """The numbers of all processes below this one."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that is dead and only waits to be fetched does not."""
    states = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, pids))], capture_output=True, text=True
    )
    lines = [line.split() for line in states.stdout.splitlines()]
    return {int(pid) for pid, state in lines if not state.startswith("Z")}
