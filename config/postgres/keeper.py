"""A small process that runs the embedded server for as long as somebody uses it.

    python keeper.py ALIVE USERS UID GID COMMAND…

ALIVE and USERS are inherited file descriptors of lock files. Every command that uses the server
holds a shared lock on USERS; the keeper waits for the exclusive lock, so it gets it the moment the
last user is gone: finished, crashed or killed, for the kernel frees locks in each case. ALIVE came
locked and is handed on to the server, so it stays locked until the server's last process has gone.

Standard library only, and no import of Headwater: it starts in a few milliseconds.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

PATIENCE = 60  # seconds for a fast shutdown, before an immediate one
PR_SET_PDEATHSIG = 1


def main() -> int:
    alive, users, uid, gid = map(int, sys.argv[1:5])
    if os.fork():  # whoever started the keeper need not wait for it
        os._exit(0)
    root = os.geteuid() == 0
    server = subprocess.Popen(  # noqa: S603
        sys.argv[5:],
        cwd="/",
        pass_fds=[alive],
        preexec_fn=_stop_when_the_keeper_dies,
        user=uid if root else None,
        group=gid if root else None,
        extra_groups=[] if root else None,
    )

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown

    def stop_when_unused() -> None:
        fcntl.flock(users, fcntl.LOCK_EX)
        stop()
        time.sleep(PATIENCE)
        server.send_signal(signal.SIGQUIT)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    threading.Thread(target=stop_when_unused, daemon=True).start()
    return server.wait()


def _stop_when_the_keeper_dies() -> None:
    """Linux ends the server with its keeper; elsewhere it stays for the next command to join."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
