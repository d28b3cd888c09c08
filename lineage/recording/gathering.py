"""What is posted one item a request, recorded together where requests meet.

A transaction costs a dozen statements, for one item as for hundreds, and most clients post one
item a request. So the first request to arrive leads: it records its item at once. Those that
arrive meanwhile wait, and the next to lead takes all of them into one transaction. Nobody waits
for a clock, and who comes alone waits for nobody.

Each request still gets what it would get alone: only items of the same access meet, one that does
not go in is tried again by itself, and so is each when all of them fail.
"""

import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

from accounts.access import TENANT, Access

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Request[Item, Result]:
    """Woken with its result, to lead, or with neither: then it is on its own."""

    access: Access
    item: Item
    woken: Event = field(default_factory=Event)
    leads: bool = False
    result: Result | None = None


class Gathered[Item, Result]:
    """`record`: (access, items) → one result each, in their order; each call is a transaction.

    `went_in`: whether a result is final. Any other may be owed to the company.
    """

    def __init__(
        self,
        record: Callable[[Access, Sequence[Item]], list[Result]],
        went_in: Callable[[Result], bool],
    ) -> None:
        self._record = record
        self._went_in = went_in
        self._lock = Lock()
        #: Who waits, by whose they are; a key is here while one of them leads.
        self._waiting: dict[Hashable, list[_Request[Item, Result]]] = {}

    def __call__(self, access: Access, item: Item) -> Result:
        """The result of one request's item; raises what `record` raises of the item alone."""
        mine, owner = _Request[Item, Result](access, item), _owner(access)
        with self._lock:
            waiting = self._waiting.get(owner)
            if waiting is None:
                self._waiting[owner] = []
                mine.leads = True
            else:
                waiting.append(mine)
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead(owner, mine)
        if mine.result is None:
            [mine.result] = self._record(access, [item])
        return mine.result

    def _lead(self, owner: Hashable, mine: _Request[Item, Result]) -> None:
        """Record those that wait; whatever becomes of it, they are woken and another leads."""
        company: list[_Request[Item, Result]] = []
        try:
            company += self._company(owner, mine)
            if company:
                self._record_together([mine, *company])
            else:
                [mine.result] = self._record(mine.access, [mine.item])
        finally:
            self._hand_over(owner)
            for request in company:
                request.woken.set()

    def _company(
        self, owner: Hashable, mine: _Request[Item, Result]
    ) -> list[_Request[Item, Result]]:
        """Grants may have changed between two requests of one principal: those do not meet."""
        with self._lock:
            waiting = self._waiting[owner]
            company = [one for one in waiting if one.access.grants == mine.access.grants]
            self._waiting[owner] = [one for one in waiting if one not in company]
        return company

    def _record_together(self, requests: Sequence[_Request[Item, Result]]) -> None:
        try:
            results = self._record(requests[0].access, [request.item for request in requests])
        except Exception:
            log.warning("%d requests together failed; each is tried alone", len(requests))
            return
        for request, result in zip(requests, results, strict=True):
            if self._went_in(result):
                request.result = result

    def _hand_over(self, owner: Hashable) -> None:
        with self._lock:
            waiting = self._waiting[owner]
            following = waiting.pop(0) if waiting else None
            if following is None:
                del self._waiting[owner]
        if following:
            following.leads = True
            following.woken.set()


def _owner(access: Access) -> Hashable:
    """The principal, and the tenant as it is now: its settings bear on what is recorded."""
    tenant = access.tenant
    return access.user.pk, *(getattr(tenant, name) for name in TENANT)
