"""File locks. The kernel frees one when its last holder dies, so a crash leaves nothing to repair.

A lock belongs to one opening of a file, and to whoever inherits that opening.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def open_lock(path: Path) -> int:
    """A file descriptor to lock; made when missing, readable by its owner alone."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def take(lock: int, kind: int) -> None:
    """Wait for the lock."""
    fcntl.flock(lock, kind)


def try_take(lock: int, kind: int) -> bool:
    """Take the lock if it is free. A lock already held is given up first, whatever the answer."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """`open_lock` for a while; leaving frees what was taken, unless a child inherited it."""
    lock = open_lock(path)
    try:
        yield lock
    finally:
        os.close(lock)
