"""Run the processes of a server together: all of them, or none.

Each child gets a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone
and the children stop in order. Linux also ends them when the supervisor itself is killed.
"""

import ctypes
import http.client
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Never, Self

GRACE = 15  # seconds for a child to end after SIGTERM, before SIGKILL
START = 60  # seconds until the web server must answer
PAUSE = 0.1
PR_SET_PDEATHSIG = 1
_processes: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked for the end. Like KeyboardInterrupt, nothing catches it by accident."""


class Failed(Exception):
    """A process that should run has ended; the text names it."""


def stop_on_signals() -> None:
    """From now on the first Ctrl-C, SIGTERM or SIGHUP raises `Stopped`; later ones are ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in STOPS:
        signal.signal(number, stop)


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Children:
    """Named processes. Leaving the `with` block ends all of them, the last one first."""

    def __init__(self) -> None:
        self._running: list[BaseProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, run: Callable[..., object], *arguments: object) -> None:
        """Call `run(*arguments)` in a process of its own; `name` is for people.

        Where Linux forks, all of Headwater is imported already: starting costs next to nothing.
        """
        child = _processes.Process(target=_run, args=(os.getpid(), run, *arguments), name=name)
        child.start()
        self._running.append(child)

    def check(self) -> None:
        """Raises `Failed` when one has ended."""
        for child in self._running:
            code = child.exitcode
            if code is not None:
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                raise Failed(f"The {child.name} {how}.")

    def watch(self, also: Callable[[], None]) -> Never:
        """Raises `Failed` when one has ended, or what `also`, called now and then, raises."""
        while True:
            self.check()
            also()
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Ask each to end, then make it; processes of its own go with it."""
        for child in reversed(self._running):
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in reversed(self._running):
            child.join(max(deadline - time.monotonic(), 0))
            assert child.pid
            with suppress(ProcessLookupError):  # its session's group has its number
                os.killpg(child.pid, signal.SIGKILL)
            child.join()
        self._running.clear()


def _run(parent: int, run: Callable[..., object], *arguments: object) -> None:
    """The first thing a child does."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask to be told
            return
    run(*arguments)


def wait_until_ready(host: str, port: int, check: Callable[[], None]) -> None:
    """Return when `/readyz` answers 200; raises what `check` raises, or `Failed` after a while."""
    deadline = time.monotonic() + START
    answer = "nothing"
    while time.monotonic() < deadline:
        check()
        try:
            connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            response = connection.getresponse()
            answer = response.read().decode(errors="replace")
            if response.status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(PAUSE)
    raise Failed(f"The web server is not ready after {START} seconds. /readyz says: {answer}")
