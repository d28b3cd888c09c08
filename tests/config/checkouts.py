"""A copy of this checkout, so that tests may start, kill and empty what they like."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.postgres.places import Place

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
