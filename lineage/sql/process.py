"""Scripts read in a process of their own, so that a hostile one costs two seconds and no more.

sqlglot takes exponential time and memory for some texts, and overflows the stack with others. One
worker process per web process is started when it is first needed; it is killed when a script
takes too long or too much, and started anew. Threads take turns.
"""

import atexit
import contextlib
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from lineage.sql.results import (
    Inference,
    Job,
    SqlProblem,
    StatementLineage,
    problem_of,
    statement_of,
)

#: Different scripts in one call, whose time is over before as a rule; further ones are not looked
#: at.
MOST_SCRIPTS = 5_000
#: What a worker may take to start, on a busy machine.
START_SECONDS = 15.0
#: What is kept of earlier answers, in statements and links; and for how many seconds those that
#: were cut short, which may go better another time.
KEPT = 100_000
KEPT_SECONDS = 60.0

_ROOT = Path(__file__).resolve().parents[2]


class WorkerEnded(Exception):
    """The worker is no more: killed by its limits, or never started."""


@dataclass
class _Answer:
    """What a worker has said of one script so far."""

    statements: list[StatementLineage] = field(default_factory=list)
    problems: list[SqlProblem] = field(default_factory=list)
    #: Number, line and column of the statement that it is at.
    at: tuple[int, int, int] = (0, 0, 0)

    def take(self, message: dict[str, Any]) -> bool:
        """Whether that was all."""
        if "statement" in message:
            self.statements.append(statement_of(message["statement"]))
        elif "problem" in message:
            self.problems.append(problem_of(message["problem"]))
        elif "at" in message:
            number, line, column = message["at"]
            self.at = (number, line, column)
        return "done" in message

    def complete(self) -> Inference:
        return Inference(tuple(self.statements), tuple(self.problems))

    def cut_short(self, why: str) -> Inference:
        stopped = SqlProblem(*self.at, f"{why}: this statement and what follows is not looked at.")
        return Inference(tuple(self.statements), (*self.problems, stopped))


class _Worker:
    """A running worker process, and its pipes."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lineage.sql.worker"],
            cwd=_ROOT,
            env={key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._buffer = bytearray()
        self._ready = False
        #: Whether it has ended by itself, to make place for a fresh one.
        self.leaving = False

    @property
    def _stdout(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def wait_until_ready(self) -> None:
        if not self._ready:
            self._message(time.monotonic() + START_SECONDS)
            self._ready = True

    def ask(self, job: Job, seconds: float, answer: _Answer) -> None:
        """Fills `answer`; raises TimeoutError or WorkerEnded with what it has until then."""
        deadline = time.monotonic() + seconds
        asked = {**job._asdict(), "told": dict(job.told), "seconds": seconds}
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise WorkerEnded from None
        message: dict[str, Any] = {}
        while not answer.take(message := self._message(deadline)):
            pass
        self.leaving = message["leaving"]

    def _message(self, deadline: float) -> dict[str, Any]:
        while (end := self._buffer.find(b"\n")) < 0:
            left = deadline - time.monotonic()
            if left <= 0 or not self._selector.select(left):
                raise TimeoutError
            more = os.read(self._stdout, 1 << 20)
            if not more:
                raise WorkerEnded
            self._buffer += more
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        message: dict[str, Any] = json.loads(line)
        return message

    def let_go(self) -> None:
        """Close the pipes; a worker that nobody asks any more ends by itself."""
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def end(self) -> None:
        self.let_go()
        self._process.kill()
        self._process.wait()


class _Kept:
    """Earlier answers by digest, the least used go first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, tuple[Inference, float]] = OrderedDict()
        self._weight = 0

    def get(self, key: bytes) -> Inference | None:
        found = self._answers.get(key)
        if found is None or found[1] < time.monotonic():
            return None
        self._answers.move_to_end(key)
        return found[0]

    def put(self, key: bytes, answer: Inference, seconds: float) -> None:
        if key in self._answers:
            self._weight -= _weight(self._answers.pop(key)[0])
        self._answers[key] = (answer, time.monotonic() + seconds)
        self._weight += _weight(answer)
        while self._weight > KEPT and len(self._answers) > 1:
            self._weight -= _weight(self._answers.popitem(last=False)[1][0])


def _weight(answer: Inference) -> int:
    links = sum(2 + len(statement.columns) for statement in answer.statements)
    return 10 + links + len(answer.problems)


class _Desk:
    """Where the threads of this process hand in their scripts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._kept = _Kept()

    def infer(self, jobs: Sequence[Job], seconds: float) -> list[Inference]:
        keys = [_key(job) for job in jobs]
        found: dict[bytes, Inference] = {}
        if not self._lock.acquire(timeout=seconds):
            return [_not_looked_at("others take all the time") for _ in jobs]
        try:
            deadline: float | None = None
            for key, job in zip(keys, jobs, strict=True):
                kept = found.get(key) or self._kept.get(key)
                if kept is None and len(found) >= MOST_SCRIPTS:
                    kept = _not_looked_at(f"more than {MOST_SCRIPTS} scripts at once")
                elif kept is None and self._start():
                    deadline = deadline or time.monotonic() + seconds
                    kept = self._asked(key, job, deadline, seconds)
                found[key] = kept or _not_looked_at("the process for it does not start")
        finally:
            self._lock.release()
        return [found[key] for key in keys]

    def _start(self) -> bool:
        """Whether there is a worker that is ready."""
        for _ in range(2):
            self._worker = self._worker or _Worker()
            try:
                self._worker.wait_until_ready()
            except (WorkerEnded, TimeoutError):
                self._end()
            else:
                return True
        return False

    def _asked(
        self, key: bytes, job: Job, deadline: float, seconds: float, again: bool = True
    ) -> Inference | None:
        """What the worker says; a worker that was found dead is replaced and asked `again`."""
        left = deadline - time.monotonic()
        if left <= 0:
            return _not_looked_at(f"{seconds:g} s for all scripts are over")
        assert self._worker is not None
        answer, kept_for = _Answer(), KEPT_SECONDS
        try:
            self._worker.ask(job, left, answer)
        except TimeoutError:
            result = answer.cut_short(f"Took more than {seconds:g} s")
            self._replace()
        except WorkerEnded:
            result = answer.cut_short("Takes too much memory, or is nested too deeply")
            self._replace()
            if again and answer == _Answer():
                return self._asked(key, job, deadline, seconds, False) if self._start() else None
        else:
            result, kept_for = answer.complete(), float("inf")
            if self._worker.leaving:
                self._replace()
        self._kept.put(key, result, kept_for)
        return result

    def _replace(self) -> None:
        """A fresh worker; it starts while nobody waits for it."""
        self._end()
        self._worker = _Worker()

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def close(self) -> None:
        with self._lock:
            self._end()

    def let_go(self) -> None:
        if self._worker is not None:
            self._worker.let_go()


def _key(job: Job) -> bytes:
    told = json.dumps(job.told) if job.told else ""
    return sha256(f"{job.dialect}\n{told}\n{job.text}".encode("utf-8", "surrogatepass")).digest()


def _not_looked_at(why: str) -> Inference:
    return Inference(problems=(SqlProblem(0, 0, 0, f"Not looked at: {why}."),))


_desk = _Desk()
#: Those of the parents of this process; kept, for Popen to not wait for what is no child.
_inherited: list[_Desk] = []


def _after_fork() -> None:
    """The worker belongs to the parent; the child starts its own."""
    global _desk
    _desk.let_go()
    _inherited.append(_desk)
    _desk = _Desk()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _desk.close())


def infer_many(jobs: Sequence[Job | tuple[str, str]], seconds: float = 2.0) -> list[Inference]:
    """One answer a job, in its order, within `seconds` for all of them together.

    What takes longer, or too much memory, is answered as far as it came, and says so; so does
    what is not looked at. Equal scripts are read once, also across calls.
    """
    return _desk.infer([Job(*job) for job in jobs], seconds)
