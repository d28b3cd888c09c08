"""Requests that meet share a transaction, and each gets what it would get alone."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from threading import Event, Lock
from time import monotonic, sleep

import pytest
from django.db import DatabaseError, connection

from accounts.access import Access, access_of
from accounts.actions import bind, create_person
from accounts.bulk import run
from accounts.models import Role
from accounts.permissions import Action, Resource
from lineage.models import Execution, OpenLineageEvent
from lineage.openlineage.events import parse_event
from lineage.recording.gathering import Gathered
from lineage.recording.openlineage import Outcome, record_event
from lineage.recording.openlineage.record import is_modest
from tests.lineage.events import DAILY, ORDERS, dataset, event, run_id
from tests.lineage.test_recording_order import tenant_access

SECONDS = 20


class Scribe:
    """Writes words to a table, a transaction a call, and waits while `open` is not set."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.open = Event()
        self.lock = Lock()
        self.gathered = Gathered[str, str](self.record, lambda result: result != "refused")

    def record(self, access: Access, items: Sequence[str]) -> list[str]:
        with self.lock:
            self.calls.append(list(items))
        assert self.open.wait(SECONDS)
        if "leaves" in items:
            raise SystemExit("the leader is gone")
        if "breaks" in items:
            run("select 1 / 0")
        return ["refused" if item == "bad" else f"{item} of {access.user.pk}" for item in items]

    @property
    def waiting(self) -> int:
        return sum(map(len, self.gathered._waiting.values()))

    def ask(self, access: Access, item: str) -> str:
        try:
            answer = self.gathered(access, item)
            assert run("select 1") == [(1,)], "the connection is usable"
            return answer
        finally:
            connection.close()


def until(true: Callable[[], bool]) -> None:
    ends = monotonic() + SECONDS
    while not true():
        assert monotonic() < ends
        sleep(0.001)


@contextmanager
def meeting(
    scribe: Scribe, access: Access, first: str, others: Sequence[tuple[Access, str]]
) -> Iterator[list[Future[str]]]:
    """`first` leads and is held until all `others` have arrived, in their order."""
    with ThreadPoolExecutor(len(others) + 1) as pool:
        asked = [pool.submit(scribe.ask, access, first)]
        until(lambda: len(scribe.calls) == 1)
        for n, (who, item) in enumerate(others, 1):
            asked.append(pool.submit(scribe.ask, who, item))
            until(lambda n=n: scribe.waiting + len(scribe.calls) == n + 1)  # type: ignore[misc]
        scribe.open.set()
        yield asked


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
def access() -> Access:
    return tenant_access("busy")


def test_those_that_wait_go_together_and_each_gets_its_own(scribe: Scribe, access: Access) -> None:
    others = [(access, item) for item in "bcd"]
    with meeting(scribe, access, "a", others) as asked:
        answers = [one.result(SECONDS) for one in asked]
    assert answers == [f"{item} of {access.user.pk}" for item in "abcd"]
    assert scribe.calls == [["a"], ["b", "c", "d"]]
    assert not scribe.gathered._waiting


def test_one_that_does_not_go_in_is_tried_alone(scribe: Scribe, access: Access) -> None:
    others = [(access, item) for item in ("b", "bad", "c")]
    with meeting(scribe, access, "a", others) as asked:
        answers = [one.result(SECONDS).partition(" ")[0] for one in asked]
    assert answers == ["a", "b", "refused", "c"]
    assert scribe.calls == [["a"], ["b", "bad", "c"], ["bad"]]


def test_one_that_breaks_the_transaction_fails_alone(scribe: Scribe, access: Access) -> None:
    others = [(access, item) for item in ("b", "breaks", "c")]
    with meeting(scribe, access, "a", others) as asked:
        for number in (0, 1, 3):
            asked[number].result(SECONDS)
        with pytest.raises(DatabaseError):
            asked[2].result(SECONDS)
    assert sorted(scribe.calls[2:]) == [["b"], ["breaks"], ["c"]]


@pytest.mark.parametrize("leader", ["breaks", "leaves"])
def test_what_becomes_of_a_leader_hangs_nobody(
    scribe: Scribe, access: Access, leader: str
) -> None:
    with meeting(scribe, access, leader, [(access, "b"), (access, "c")]) as asked:
        with pytest.raises((DatabaseError, SystemExit)):
            asked[0].result(SECONDS)
        assert [one.result(SECONDS)[0] for one in asked[1:]] == ["b", "c"]
    assert not scribe.gathered._waiting


def test_a_leader_that_goes_leaves_its_company_to_themselves(
    scribe: Scribe, access: Access
) -> None:
    with meeting(scribe, access, "a", [(access, "leaves"), (access, "b")]) as asked:
        with pytest.raises(SystemExit):
            asked[1].result(SECONDS)
        assert asked[2].result(SECONDS)[0] == "b"
    assert scribe.calls == [["a"], ["leaves", "b"], ["b"]]


def test_principals_tenants_and_grants_never_share(scribe: Scribe, access: Access) -> None:
    """Neither do two requests between which the grants or the tenant's rules have changed."""
    grants = {key: reach for key, reach in access.grants.items() if key[0] == Resource.EXECUTION}
    elsewhere = tenant_access("quiet")
    fewer = replace(access, grants=grants)
    strict = replace(access, tenant=copy(access.tenant))
    strict.tenant.requires_existing_namespaces = True
    assert (Resource.EXECUTION, Action.INGEST) in grants
    others = [(elsewhere, "b"), (fewer, "c"), (access, "d"), (strict, "e"), (fewer, "f")]
    with meeting(scribe, access, "a", others) as asked:
        for one in asked:
            one.result(SECONDS)
    assert sorted(scribe.calls) == [["a"], ["b"], ["c", "f"], ["d"], ["e"]]


def test_who_would_have_others_wait_goes_alone() -> None:
    def modest(**facets: object) -> bool:
        return is_modest(parse_event(event("START", 1, 1, outputs=[dataset(ORDERS, **facets)])))

    def names(count: int) -> dict[str, object]:
        told = [{"namespace": "s3://lake", "name": f"n{n}", "type": "TABLE"} for n in range(count)]
        return {"identifiers": told}

    assert modest() and modest(symlinks=names(20)) and not modest(symlinks=names(21))
    assert not modest(documentation={"description": "x" * 100_000})


@pytest.mark.slow
def test_clients_that_post_at_once_get_their_own_answers(access: Access) -> None:
    """Events of the same and of other assets; every tenth is of a job that may not be posted."""
    poster = create_person("poster@example.com", None)
    bind(poster, Role.objects.get(tenant=access.tenant, name="Ingest"), "company")
    limited = access_of(poster, access.tenant)
    clients, each = 6, 20

    def post(client: int) -> list[Outcome]:
        try:
            return [record_event(limited, body(client * each + n)) for n in range(each)]
        finally:
            connection.close()

    def body(number: int) -> dict[str, object]:
        namespace = "company.data" if number % 10 else "secret.data"
        inputs, outputs = [dataset(DAILY)], [dataset(ORDERS, schema={"fields": [{"name": "a"}]})]
        job = f"job{number % 3}"
        return event(
            "COMPLETE",
            number % 60,
            number,
            job,
            namespace=namespace,
            inputs=inputs,
            outputs=outputs,
        )

    with ThreadPoolExecutor(clients) as pool:
        outcomes = [outcome for some in pool.map(post, range(clients)) for outcome in some]
    refused = [number for number, outcome in enumerate(outcomes) if outcome.forbidden]
    assert refused == list(range(0, clients * each, 10))
    assert all(bool(outcome.reason) == outcome.forbidden for outcome in outcomes)
    recorded = set(Execution.objects.unscoped("test").values_list("public_id", flat=True))
    assert recorded == {run_id(n) for n in range(clients * each) if n % 10}
    assert OpenLineageEvent.objects.unscoped("test").count() == len(recorded)
