"""Runs against an endpoint: what arrives, what is remembered, and what happens when it fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lineage.exporting.actions import change_exporter, rewind, run_now
from lineage.exporting.pending import TRIES
from lineage.exporting.shipping import PATIENCE, run_exporter
from lineage.models import Exporter, ExporterPending, ExporterRun
from tests.factories import NOW
from tests.lineage.exporting.receiver import Answer, Posted
from tests.lineage.openlineage.samples import SPEC
from tests.lineage.openlineage.spec import violations
from tests.lineage.worlds import task_run

pytestmark = pytest.mark.django_db

ONE_RUN = ["START daily", "START daily.build", "COMPLETE daily.build", "COMPLETE daily"]


def pending(exporter: Exporter) -> list[ExporterPending]:
    return list(ExporterPending.objects.unscoped("test").filter(exporter=exporter).order_by("pk"))


def test_what_was_recorded_arrives_once_and_valid(record, make, run, receiver):
    record("run-1")
    exporter = make()
    done = run(exporter)
    assert (done.state, done.sent, done.refused, done.read) == ("SUCCESS", 4, 0, 1)
    assert receiver.labels() == ONE_RUN
    if SPEC.exists():
        assert [violations(event) for event in receiver.events] == [[]] * 4
    assert {posted.path for posted in receiver.posted} == {"/api/v1/lineage"}
    assert run(exporter).sent == 0
    assert receiver.labels() == ONE_RUN


def test_later_events_are_shipped_alone(record, make, run, receiver):
    record("run-1")
    exporter = make()
    run(exporter)
    record("run-2", start=NOW + timedelta(hours=1))
    done = run(exporter)
    assert done.sent == 4
    assert done.first_at == done.last_at == NOW + timedelta(hours=1, minutes=1)
    assert len({event["run"]["runId"] for event in receiver.events}) == 4


def test_runs_that_found_nothing_leave_no_line_in_the_log_unless_somebody_asked(make, run):
    exporter = make()
    assert run_exporter(exporter.pk, "schedule") is not None
    assert not ExporterRun.objects.unscoped("test").exists()
    run(exporter)
    assert ExporterRun.objects.unscoped("test").get().cause == "manual"
    assert exporter.checked_at is not None


def test_key_headers_and_gzip_are_the_clients(record, make, run, receiver):
    record("run-1")
    run(make(apiKey="secret-key", headers={"X-Team": "data-team"}, compression="gzip"))
    headers = receiver.posted[0].headers
    assert headers["Authorization"] == "Bearer secret-key"
    assert headers["X-Team"] == "data-team"
    assert headers["Content-Encoding"] == "gzip"
    assert receiver.labels() == ONE_RUN


def test_batches_go_to_the_batch_endpoint(record, make, run, receiver):
    for n in range(3):
        record(f"run-{n}", start=NOW + timedelta(hours=n))
    done = run(make(batchSize=5, url=receiver.url + "/base/", path="v2/lineage"))
    assert done.sent == 12
    assert [len(posted.body) for posted in receiver.posted] == [5, 5, 2]
    assert {posted.path for posted in receiver.posted} == {"/base/v2/lineage/batch"}


@pytest.mark.slow
def test_an_endpoint_that_is_down_is_tried_again_later_and_longer_each_time(
    record, make, run, receiver
):
    record("run-1")
    exporter = make(url="http://127.0.0.1:9")
    waits = []
    for failures in (1, 2, 3):
        done = run(exporter, "schedule")
        assert done.state == "FAILED"
        assert "refused" in done.error.lower()
        assert exporter.failures == failures
        assert done.next_retry_at == exporter.next_run_at
        waits.append(round((exporter.next_run_at - timezone.now()).total_seconds(), -1))
    assert waits == [30, 60, 120]
    Exporter.objects.unscoped("test").update(url=receiver.url)
    assert run(exporter, "retry").state == "SUCCESS"
    assert exporter.failures == 0
    assert receiver.labels() == ONE_RUN


def test_a_500_stops_the_run_and_nothing_is_lost(record, make, run, receiver):
    for n in range(3):
        record(f"run-{n}", start=NOW + timedelta(hours=n))
    exporter = make()
    receiver.answer = lambda posted: Answer(500 if len(receiver.posted) == 5 else 200)
    done = run(exporter)
    assert (done.state, done.sent) == ("FAILED", 5)
    assert done.error.startswith("500")
    receiver.answer = lambda posted: Answer()
    assert run(exporter).state == "SUCCESS"
    distinct = {(e["run"]["runId"], e["eventType"]) for e in receiver.events}
    assert len(distinct) == 12


def test_the_receiver_says_when_to_come_back(record, make, run, receiver):
    record("run-1")
    exporter = make()
    receiver.answer = lambda posted: Answer(429, headers={"Retry-After": "600"})
    assert run(exporter).state == "FAILED"
    wait = (exporter.next_run_at - timezone.now()).total_seconds()
    assert 590 < wait <= 600


@pytest.mark.slow
def test_a_slow_endpoint_times_out(record, make, run, receiver):
    record("run-1")
    exporter = make(timeout=1)
    receiver.answer = lambda posted: Answer(slowly=1.4)
    done = run(exporter)
    assert done.state == "FAILED"
    assert "timed out" in done.error


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(record, make, run, receiver, status):
    record("run-1")
    receiver.answer = lambda posted: Answer(
        status, headers={"Location": "http://169.254.169.254/"}
    )
    done = run(make())
    assert done.state == "FAILED"
    assert "redirects are not followed" in done.error
    assert len(receiver.posted) == 1


def poison(job: str) -> Any:
    """Refuses events of one job."""

    def answer(posted: Posted) -> Answer:
        if isinstance(posted.body, list):
            failed = [
                {"index": n, "reason": "no such thing", "retriable": False}
                for n, event in enumerate(posted.body)
                if event["job"]["name"] == job
            ]
            return Answer(200, {"status": "partial_success", "failed_events": failed})
        return Answer(
            422 if posted.body["job"]["name"] == job else 200, {"detail": "no such thing"}
        )

    return answer


@pytest.mark.parametrize("batch", [1, 10])
def test_an_event_that_is_refused_is_kept_and_the_others_go_on(record, make, run, receiver, batch):
    record("run-1", flow="bad")
    record("run-2", flow="good")
    exporter = make(batchSize=batch)
    receiver.answer = poison("bad.build")
    done = run(exporter)
    assert (done.state, done.sent, done.refused) == ("WARNING", 6, 2)
    (kept,) = pending(exporter)
    assert kept.reason == "refused"
    assert "no such thing" in kept.message
    assert kept.label == "START of company.data / bad.build"
    assert exporter.failures == 0
    receiver.answer = lambda posted: Answer()
    run(exporter)
    assert pending(exporter) == [kept], "its pause is not over"
    soon(exporter)
    assert run(exporter).state == "SUCCESS"
    assert pending(exporter) == []
    assert "COMPLETE bad.build" in receiver.labels()


def soon(exporter: Exporter) -> None:
    ExporterPending.objects.unscoped("test").filter(exporter=exporter).update(
        last_at=timezone.now() - timedelta(days=1)
    )


def test_what_is_refused_for_good_is_given_up_but_not_forgotten(record, make, run, receiver):
    record("run-1", flow="bad")
    exporter = make()
    receiver.answer = poison("bad.build")
    for _ in range(TRIES):
        run(exporter)
        soon(exporter)
    (kept,) = pending(exporter)
    assert (kept.attempts, kept.gave_up) == (TRIES, True)
    before = len(receiver.posted)
    run(exporter)
    assert len(receiver.posted) == before


def test_an_endpoint_that_refuses_everything_is_in_trouble_itself(record, make, run, receiver):
    for n in range(8):
        record(f"run-{n}", start=NOW + timedelta(hours=n))
    exporter = make()
    receiver.answer = lambda posted: Answer(403, {"detail": "wrong key"})
    done = run(exporter)
    assert done.state == "FAILED"
    assert "refuses everything" in done.error
    assert pending(exporter) == []
    assert len(receiver.posted) == 20


@pytest.mark.slow
def test_one_event_that_breaks_the_server_does_not_hold_up_the_others_for_ever(
    record, make, run, receiver
):
    record("run-1", flow="bad")
    record("run-2", flow="good")
    exporter = make()
    receiver.answer = lambda posted: Answer(
        500 if posted.body["job"]["name"] == "bad.build" else 200
    )
    for _ in range(PATIENCE):
        assert run(exporter).state == "FAILED"
    assert run(exporter).state == "WARNING"
    assert "COMPLETE good.build" in receiver.labels()
    assert [kept.label for kept in pending(exporter)] == ["START of company.data / bad.build"]


def test_secrets_that_a_receiver_repeats_stay_out_of_the_log(record, make, run, receiver):
    record("run-1")
    receiver.answer = lambda posted: Answer(
        401, {"detail": f"no {posted.headers['Authorization']}"}
    )
    done = run(make(apiKey="secret-key"))
    assert "secret-key" not in done.error
    assert "401" in done.error


def test_an_execution_that_ends_later_is_told_of_when_it_has_ended(record, make, run, receiver):
    build = task_run("run-1-build", reads=["raw"], writes=["orders"])
    record("run-1", state="RUNNING", runs=[build])
    exporter = make()
    run(exporter)
    assert receiver.labels()[-1] == "RUNNING daily"
    assert [kept.reason for kept in pending(exporter)] == ["open"]
    assert run(exporter).sent == 0
    record("run-1", state="FAILED", runs=[build], minutes=5)
    assert run(exporter).sent == 2
    assert receiver.labels()[-1] == "FAIL daily"
    assert pending(exporter) == []


def test_a_task_run_that_changes_is_shipped_again(record, make, run, receiver):
    record("run-1", runs=[task_run("run-1-build", state="FAILED", writes=["b"])])
    exporter = make()
    run(exporter)
    assert "FAIL daily.build" in receiver.labels()
    record("run-1", runs=[task_run("run-1-build", minutes=5, writes=["b"])], minutes=5)
    run(exporter)
    ids = {e["run"]["runId"] for e in receiver.events if e["job"]["name"] == "daily.build"}
    assert receiver.labels()[-2] == "COMPLETE daily.build"
    assert len(ids) == 1


def test_a_second_run_at_the_same_time_does_nothing(record, make, run, receiver):
    record("run-1")
    exporter = make()
    Exporter.objects.unscoped("test").update(
        claim="7d3f3a0e-0c52-4b4e-9a3c-111111111111",
        claimed_until=timezone.now() + timedelta(minutes=1),
    )
    assert run_exporter(exporter.pk, "manual") is None
    Exporter.objects.unscoped("test").update(claimed_until=timezone.now())
    assert run(exporter).sent == 4


def test_whoever_changes_the_exporter_stops_the_run(record, make, run, receiver, admin):
    for n in range(3):
        record(f"run-{n}", start=NOW + timedelta(hours=n))
    exporter = make()

    def meanwhile() -> bool:
        if len(receiver.posted) == 2:
            rewind(admin, "marquez", "start")
        return False

    done = run_exporter(exporter.pk, "manual", meanwhile)
    exporter.refresh_from_db()
    assert done.state == "CANCELLED"
    assert exporter.position == 0
    assert run(exporter).sent == 12


def test_a_killed_run_is_known_as_such_and_made_up_for(record, make, run, receiver):
    record("run-1")
    exporter = make()

    class Killed(BaseException):
        pass

    def stop() -> bool:
        if len(receiver.posted) == 2:
            raise Killed
        return False

    with pytest.raises(Killed):
        run_exporter(exporter.pk, "schedule", stop)
    assert run_exporter(exporter.pk, "schedule") is None, "its lease is not over"
    Exporter.objects.unscoped("test").update(claimed_until=timezone.now())
    assert run(exporter).sent == 4
    states = ExporterRun.objects.unscoped("test").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["KILLED", "SUCCESS"]
    assert receiver.labels() == ["START daily", "START daily.build", *ONE_RUN]


def test_a_server_that_shuts_down_ends_the_run_where_it_is(record, make, run, receiver):
    record("run-1")
    exporter = make()
    done = run_exporter(exporter.pk, "schedule", lambda: len(receiver.posted) == 2)
    assert done is not None and done.state == "CANCELLED"
    assert run(exporter).sent == 4


def test_a_paused_exporter_runs_only_when_somebody_says_so(record, make, run, admin):
    record("run-1")
    exporter = make(enabled=False)
    assert run_exporter(exporter.pk, "schedule") is None
    assert run(exporter).sent == 4


def test_a_new_exporter_looks_back_as_far_as_it_says(record, make, run, receiver):
    record("old", start=timezone.now() - timedelta(days=3))
    record("new", start=timezone.now() - timedelta(hours=3))
    run(make(lookbackPeriod="P1D"))
    assert len(receiver.events) == 4


def test_rewinding_sends_again_and_skipping_does_not(record, make, run, receiver, admin):
    record("run-1")
    record("run-2", start=NOW + timedelta(hours=1))
    exporter = make()
    assert run(exporter).sent == 8
    rewind(admin, "marquez", "start")
    assert run(exporter).sent == 8
    rewind(admin, "marquez", NOW + timedelta(minutes=30))
    assert run(exporter).sent == 4
    rewind(admin, "marquez", "start")
    rewind(admin, "marquez", "now")
    assert run(exporter).sent == 0


@pytest.mark.parametrize(
    ("filters", "flows"),
    [
        ({"flowNamespace": "company"}, {"daily", "close"}),
        ({"flowNamespace": "company.finance"}, {"close"}),
        ({"flowId": "daily"}, {"daily"}),
        ({"taskId": "nothing"}, set()),
        ({"states": ["FAILED"]}, {"close"}),
        ({"assetTypes": ["Table"]}, {"daily", "close"}),
        ({"assetTypes": ["Dashboard"]}, set()),
        ({"assetNamespace": "company.finance"}, {"close"}),
        ({"since": "2026-11-20T12:30:00Z"}, {"close"}),
    ],
)
def test_filters(record, make, run, receiver, filters, flows):
    record("run-1")
    record(
        "run-2",
        flow="close",
        namespace="company.finance",
        state="FAILED",
        start=NOW + timedelta(hours=1),
        reads=["ledger"],
        writes=["books"],
    )
    run(make(filters=filters))
    assert {event["job"]["name"].split(".")[0] for event in receiver.events} == flows


@pytest.mark.slow
def test_statements_do_not_grow_with_what_is_shipped(record, make, run, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(count: int, start: int) -> int:
        for n in range(count):
            record(
                f"run-{start + n}",
                start=NOW + timedelta(hours=start + n),
                reads=[f"in-{n}", "raw"],
                writes=[f"out-{n}"],
            )
        with CaptureQueriesContext(connection) as captured:
            run(exporter)
        return len(captured)

    exporter = make(batchSize=500)
    cost(1, 0)
    assert cost(2, 10) == cost(40, 100)


def test_run_now_waits_in_the_queue_once(make, admin):
    make()
    assert run_now(admin, "marquez") is True
    assert run_now(admin, "marquez") is False


def test_changing_the_schedule_changes_the_next_run(make, admin):
    exporter = make(every=None, cron="0 3 * * *")
    assert exporter.next_run_at.hour == 3
    changed = change_exporter(admin, "marquez", {"cron": None, "every": "PT5M"}, partial=True)
    assert changed.next_run_at <= timezone.now()


def test_only_what_the_principal_may_see_goes_out(record, make, run, receiver, grant, admin):
    record("run-1")
    record(
        "run-2",
        flow="close",
        namespace="company.finance",
        reads=["orders"],
        writes=[{"id": "ledger", "type": "Table"}],
    )
    narrow = grant("narrow", "Viewer", "company.finance")
    exporter = make()
    Exporter.objects.unscoped("test").update(runs_as=narrow)
    done = run(exporter)
    assert (done.state, done.sent) == ("SUCCESS", 4)
    assert {event["job"]["namespace"] for event in receiver.events} == {"company.finance"}
    (complete,) = [e for e in receiver.events if e["eventType"] == "COMPLETE" and e["outputs"]]
    assert complete["inputs"] == []
    assert [output["name"] for output in complete["outputs"]] == ["ledger"]
    assert complete["run"]["facets"]["headwater_run"]["restricted"] == 1
    assert "orders" not in str(receiver.events)


def test_without_its_principal_it_sends_nothing_and_says_so(record, make, run, receiver, grant):
    record("run-1")
    exporter = make()
    leaver = grant("leaver", "Viewer")
    for reason, change in (
        ("save the exporter", {"runs_as": None}),
        ("no grants", {"runs_as": leaver}),
    ):
        leaver.bindings.all().delete()
        Exporter.objects.unscoped("test").update(**change)
        done = run(exporter)
        assert done.state == "FAILED"
        assert reason in done.error
    assert receiver.posted == []
