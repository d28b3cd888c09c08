"""How many requests a principal may make: counted in each worker's memory, so it costs nothing.

A limit in the database would cost more than the requests it counts. Workers do not share theirs:
with `n` of them a principal gets up to `n` times the rate, which is fine for what this is for, a
client that loops.
"""

import time
from functools import cache
from math import ceil
from threading import Lock
from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.problems import Problem

#: Seconds of its rate that a principal may use at once.
BURST = 10.0
#: Principals remembered before those with nothing used are forgotten.
REMEMBERED = 10_000


class Limit:
    """`rate` requests a second for each key, and BURST seconds' worth of them at once.

    The generic cell rate algorithm: all that is kept of a key is the time at which it will have
    used nothing.
    """

    def __init__(self, rate: int) -> None:
        self.interval = 1 / rate
        self.idle_at: dict[int, float] = {}
        self.lock = Lock()

    def wait(self, key: int, now: float) -> float:
        """0 for a request that may pass, else the seconds until one may."""
        with self.lock:
            after = max(self.idle_at.get(key, 0.0), now) + self.interval
            if after - now > BURST:
                return after - now - BURST
            if len(self.idle_at) >= REMEMBERED:
                self.idle_at = {k: at for k, at in self.idle_at.items() if at > now}
            self.idle_at[key] = after
            return 0.0


class PrincipalThrottle(BaseThrottle):
    """DRF's hook: RATE_LIMIT_READS and RATE_LIMIT_WRITES, each a person or service account."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """True, or Problem 429 that says when to come back and what to do until then."""
        reads = request.method in SAFE_METHODS
        rate = settings.RATE_LIMIT_READS if reads else settings.RATE_LIMIT_WRITES
        if not rate or request.user.pk is None:
            return True
        wait = ceil(_limit(reads, rate).wait(request.user.pk, time.monotonic()))
        if wait:
            raise too_many(reads, rate, wait)
        return True


@cache
def _limit(reads: bool, rate: int) -> Limit:
    return Limit(rate)


def too_many(reads: bool, rate: int, wait: int) -> Problem:
    what, instead = (
        ("reads", "ask for larger pages, or keep answers by their ETag")
        if reads
        else ("writes", "send several items in one request")
    )
    return Problem(
        429,
        f"More than {rate} {what} a second by this account: come back in {wait} s, {instead}, or"
        f" raise RATE_LIMIT_{what.upper()} on the server.",
        headers={"Retry-After": str(wait)},
    )
