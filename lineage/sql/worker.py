"""The process that reads scripts: one JSON line asks, several answer. See `lineage.sql.process`.

A hostile script may take it down: by its memory, its stack, or its time. The kernel ends it then,
also when nobody is left to do so, and it ends by itself with whoever asked.
"""

import contextlib
import gc
import json
import resource
import signal
import sys
from typing import Any

from lineage.sql.inference import look_at
from lineage.sql.results import SqlProblem, StatementLineage, plain_problem, plain_statement
from lineage.sql.splitting import Piece

#: Address space, in bytes. A script of 1 MiB takes a third of it.
MEMORY = 1 << 30
#: After scripts have taken this much (KiB), the process makes place for a fresh one.
ENOUGH = 600 << 10
#: How much longer than asked it may take before the kernel ends it.
GRACE = 0.5


def main() -> None:
    limit()
    say({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, asked["seconds"] + GRACE)
        for found in look_at(asked["text"], asked["dialect"], begin, asked["told"]):
            tell(found)
        signal.setitimer(signal.ITIMER_REAL, 0)
        leaving = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > ENOUGH
        say({"done": True, "leaving": leaving})
        if leaving:
            break


def limit() -> None:
    """What this process may use; a signal it has no handler for is its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sys.setrecursionlimit(5_000)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Syntax trees are many objects, and all of them are needed until the end.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def begin(piece: Piece) -> None:
    say({"at": [piece.number, piece.line, piece.column]})


def tell(found: StatementLineage | SqlProblem) -> None:
    if isinstance(found, SqlProblem):
        say({"problem": plain_problem(found)})
    else:
        say({"statement": plain_statement(found)})


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
