"""The API of exporters: what can be said, what is refused, and what is never told again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from accounts import actions
from accounts.models import Role
from lineage.models import Exporter, ExporterPending, ExporterRun
from tests.conftest import Cast
from tests.factories import NOW, make_exporter

PATH = "/api/v1/main/exporters"
SAID: dict[str, Any] = {
    "name": "marquez",
    "kind": "OPENLINEAGE",
    "url": "https://marquez.example.com:5000",
    "apiKey": "key-of-the-day",
    "headers": {"X-Team": "team-secret"},
    "every": "PT5M",
}


@pytest.fixture
def api(cast: Cast) -> APIClient:
    return cast.api("admin")


def post(api: APIClient, **changes: Any) -> Any:
    said = {key: value for key, value in (SAID | changes).items() if value is not ...}
    return api.post(PATH, said, format="json")


def errors(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    return {error["field"]: error["message"] for error in response.json()["errors"]}


def test_what_is_made_is_shown_without_its_secrets(api):
    made = post(api, compression="gzip", mappings={"Table": {"name": "table"}})
    assert made.status_code == 200
    body = made.json()
    assert (body["hasApiKey"], body["headerNames"]) == (True, ["X-Team"])
    assert body["path"] == "api/v1/lineage"
    assert (body["every"], body["cron"], body["lookbackPeriod"]) == ("PT5M", None, "P1D")
    assert body["runsAs"] == body["createdBy"] == "Admin"
    assert body["status"] == "WAITING"
    everywhere = [made, api.get(f"{PATH}/marquez"), api.get(PATH)]
    for response in everywhere:
        assert "key-of-the-day" not in response.content.decode()
        assert "team-secret" not in response.content.decode()
    stored = Exporter.objects.unscoped("test").get()
    assert "key-of-the-day" not in str(vars(stored))


def test_secrets_stay_until_they_are_changed_or_removed(api):
    post(api)
    changed = api.put(f"{PATH}/marquez", {k: SAID[k] for k in ("name", "kind", "url")}, "json")
    assert changed.json()["hasApiKey"] is True
    assert changed.json()["every"] is None
    removed = api.patch(f"{PATH}/marquez", {"apiKey": None, "headers": {}}, "json")
    assert (removed.json()["hasApiKey"], removed.json()["headerNames"]) == (False, [])


def test_secrets_do_not_move_to_another_server(api):
    post(api)
    said = errors(api.patch(f"{PATH}/marquez", {"url": "https://evil.example.com"}, "json"))
    assert set(said) == {"apiKey", "headers"}
    same = api.patch(f"{PATH}/marquez", {"url": "https://marquez.example.com:5000/x"}, "json")
    assert same.status_code == 200
    given = {"url": "https://other.example.com", "apiKey": "new", "headers": None}
    assert api.patch(f"{PATH}/marquez", given, "json").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ...}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "x" * 64}, "name"),
        ({"kind": "KAFKA"}, "kind"),
        ({"kind": ...}, "kind"),
        ({"url": ...}, "url"),
        ({"url": "ftp://x"}, "url"),
        ({"url": "https://u:p@x.example.com"}, "url"),
        ({"url": "https://x.example.com/?a=b"}, "url"),
        ({"url": "https://x.example.com:99999"}, "url"),
        ({"url": "http://127.0.0.1:5000"}, "url"),
        ({"url": "http://[::1]:5000"}, "url"),
        ({"url": "http://localhost"}, "url"),
        ({"url": "http://10.0.0.8"}, "url"),
        ({"url": "http://169.254.169.254/latest"}, "url"),
        ({"path": "../admin"}, "path"),
        ({"path": "a?b"}, "path"),
        ({"apiKey": "two words"}, "apiKey"),
        ({"apiKey": "a\r\nHost: x"}, "apiKey"),
        ({"headers": {"Host": "x"}}, "headers"),
        ({"headers": {"X-A": "a\nb"}}, "headers"),
        ({"headers": {"X A": "a"}}, "headers"),
        ({"headers": []}, "headers"),
        ({"batchSize": 0}, "batchSize"),
        ({"batchSize": True}, "batchSize"),
        ({"timeout": 61}, "timeout"),
        ({"compression": "br"}, "compression"),
        ({"every": "PT1S"}, "every"),
        ({"every": "5m"}, "every"),
        ({"every": ..., "cron": "* * * *"}, "cron"),
        ({"every": ..., "cron": "99 * * * *"}, "cron"),
        ({"cron": "* * * * *"}, "cron"),
        ({"lookbackPeriod": "-P1D"}, "lookbackPeriod"),
        ({"enabled": "yes"}, "enabled"),
        ({"filters": {"flow": "x"}}, "filters.flow"),
        ({"filters": {"states": ["DONE"]}}, "filters.states"),
        ({"filters": {"since": "yesterday"}}, "filters.since"),
        ({"filters": {"flowNamespace": "A B"}}, "filters.flowNamespace"),
        ({"filters": {"assetTypes": "Table"}}, "filters.assetTypes"),
        ({"mappings": {"Table": {"facet": "x"}}}, "mappings.Table.facet"),
        ({"serviceAccount": "nobody"}, "serviceAccount"),
        ({"serviceAccount": 7}, "serviceAccount"),
        ({"owner": "me"}, "owner"),
        ({"kind": "FILE", "url": ..., "file": "x.jsonl"}, "file"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(api, changes, field):
    assert set(errors(post(api, **changes))) == {field}


def test_files_are_written_where_the_operator_allows_it(api, settings, tmp_path):
    said = {"name": "archive", "kind": "FILE", "file": "lineage-{date}.jsonl", "cron": "0 3 * * *"}
    refused = errors(api.post(PATH, said, format="json"))
    assert "EXPORT_DIR" in refused["file"]
    settings.EXPORT_DIR = tmp_path
    assert api.post(PATH, said, format="json").status_code == 200
    for name in (
        "../x.jsonl",
        "/etc/x.jsonl",
        "a/../../x.jsonl",
        "x.txt",
        ".x.jsonl",
        "a\0.jsonl",
    ):
        assert "file" in errors(api.patch(f"{PATH}/archive", {"file": name}, "json")), name


def test_a_name_is_there_once_and_stays(api):
    post(api)
    assert "already" in errors(post(api))["name"]
    assert "name" in errors(api.patch(f"{PATH}/marquez", {"name": "other"}, "json"))
    assert api.get(f"{PATH}/other").status_code == 404


def test_a_private_address_is_allowed_where_the_operator_says_so(api, settings):
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True
    assert post(api, url="http://127.0.0.1:5000").status_code == 200
    assert "url" in errors(post(api, name="clouds", url="http://169.254.169.254"))


def test_whoever_says_where_to_is_the_one_whose_grants_count(api, cast, grant):
    post(api)
    second = grant("second", "Admin")
    other = cast.api("second")
    assert other.patch(f"{PATH}/marquez", {"enabled": False}, "json").json()["runsAs"] == "Admin"
    moved = other.patch(f"{PATH}/marquez", {"filters": {"flowId": "x"}}, "json").json()
    assert (moved["runsAs"], moved["createdBy"]) == (second.label, "Admin")


def test_a_service_account_is_lent_by_those_who_manage_it(api, cast, grant):
    assert post(api, serviceAccount="kestra").json()["serviceAccount"] == "kestra"
    writer = Role.objects.create(
        tenant=cast.main, name="Settings", permissions={"TENANT_SETTINGS": ["VIEW", "UPDATE"]}
    )
    someone = grant("someone", "Viewer", "company.data")
    actions.bind(someone, writer)
    theirs = cast.api("someone")
    refused = errors(post(theirs, name="mine", serviceAccount="kestra"))
    assert "SERVICE_ACCOUNT:UPDATE" in refused["serviceAccount"]
    moved = theirs.patch(f"{PATH}/marquez", {"filters": {}, "path": "x"}, "json")
    assert "serviceAccount" in errors(moved)
    freed = theirs.patch(f"{PATH}/marquez", {"serviceAccount": None, "path": "x"}, "json")
    assert freed.json()["runsAs"] == someone.label


def test_settings_of_a_namespace_are_not_enough(cast, grant):
    writer = Role.objects.create(
        tenant=cast.main, name="Settings", permissions={"TENANT_SETTINGS": ["VIEW", "UPDATE"]}
    )
    actions.bind(grant("narrow", "Viewer"), writer, "company.data")
    narrow = cast.api("narrow")
    make_exporter(cast.users["admin"], cast.main, "there")
    assert post(narrow).status_code == 403
    assert narrow.get(PATH).json() == {"results": [], "total": 0}
    assert narrow.get(f"{PATH}/there").status_code == 404


def test_exporters_of_another_tenant_do_not_exist(cast):
    make_exporter(cast.users["outsider"], cast.other, "theirs")
    assert cast.api("admin").get(f"{PATH}/theirs").status_code == 404
    assert cast.api("admin").get(PATH).json()["results"] == []


def test_run_puts_it_into_the_queue(api, cast):
    make_exporter(cast.users["admin"], cast.main, "marquez")
    assert api.post(f"{PATH}/marquez/run").json() == {"status": "queued"}
    assert api.post(f"{PATH}/marquez/run").json() == {"status": "already queued"}
    (job,) = ProcrastinateJob.objects.filter(task_name="lineage.export")
    assert job.args["cause"] == "manual"
    assert job.queue_name == "exports"


@pytest.mark.parametrize("to", ["start", "now", "2026-11-20T12:00:00Z"])
def test_reset_moves_the_position(api, cast, to):
    make_exporter(cast.users["admin"], cast.main, "marquez", position=7)
    assert api.post(f"{PATH}/marquez/reset", {"to": to}, "json").json()["position"] != 7


@pytest.mark.parametrize("body", [{}, {"to": "then"}, {"to": 7}, [], {"to": None}])
def test_reset_wants_to_know_whereto(api, cast, body):
    make_exporter(cast.users["admin"], cast.main, "marquez")
    assert set(errors(api.post(f"{PATH}/marquez/reset", body, "json"))) == {"to"}


def test_the_log_comes_in_pages_the_latest_first(api, cast):
    exporter = make_exporter(cast.users["admin"], cast.main, "marquez")
    for n in range(3):
        ExporterRun.objects.create(
            tenant=cast.main, exporter=exporter, cause="schedule", state="SUCCESS", sent=n
        )
    first = api.get(f"{PATH}/marquez/runs?size=2").json()
    assert [run["sent"] for run in first["results"]] == [2, 1]
    assert first["total"] == 3
    rest = api.get(f"{PATH}/marquez/runs?size=2&cursor={first['nextCursor']}").json()
    assert [run["sent"] for run in rest["results"]] == [0]
    shown = api.get(f"{PATH}/marquez").json()
    assert shown["lastRun"]["sent"] == 2


def test_refused_events_are_listed_and_tried_again(api, cast, world):
    exporter = Exporter.objects.unscoped("test").get(name="marquez")
    ExporterPending.objects.create(
        tenant=cast.main,
        exporter=exporter,
        execution_pk=world.run_orders.pk,
        reason="refused",
        label="COMPLETE of company.data / build_orders",
        message="422",
        attempts=6,
        gave_up=True,
        last_at=NOW,
    )
    (kept,) = api.get(f"{PATH}/marquez/refused").json()["results"]
    assert (kept["executionId"], kept["gaveUp"]) == ("run-orders", True)
    assert api.get(f"{PATH}/marquez").json()["refused"] == 1
    assert api.post(f"{PATH}/marquez/refused").json() == {"count": 1}
    assert api.get(f"{PATH}/marquez/refused").json()["results"][0]["gaveUp"] is False


def test_deleted_it_is_gone_with_its_log(api, cast):
    exporter = make_exporter(cast.users["admin"], cast.main, "marquez")
    ExporterRun.objects.create(tenant=cast.main, exporter=exporter, cause="manual")
    assert api.delete(f"{PATH}/marquez").status_code == 204
    assert api.get(f"{PATH}/marquez").status_code == 404
    assert not ExporterRun.objects.unscoped("test").exists()


def test_status_says_what_it_is_up_to(api, cast):
    exporter = make_exporter(cast.users["admin"], cast.main, "marquez", enabled=True)

    def status(**changes: Any) -> str:
        Exporter.objects.unscoped("test").filter(pk=exporter.pk).update(**changes)
        return api.get(f"{PATH}/marquez").json()["status"]

    now = timezone.now()
    assert status() == "WAITING"
    assert status(checked_at=now) == "OK"
    assert status(failures=2) == "FAILING"
    assert status(enabled=False) == "PAUSED"
    claim = "7d3f3a0e-0c52-4b4e-9a3c-111111111111"
    assert status(claim=claim, claimed_until=now + timedelta(minutes=1)) == "RUNNING"
    assert status(claimed_until=now - timedelta(minutes=1)) == "PAUSED"


def test_the_list_costs_the_same_whatever_is_in_it(api, cast):
    from tests.statements import statements

    make_exporter(cast.users["admin"], cast.main, "first")
    one = statements(lambda: api.get(PATH))
    for n in range(5):
        exporter = make_exporter(cast.users["admin"], cast.main, f"more-{n}")
        ExporterRun.objects.create(tenant=cast.main, exporter=exporter, cause="manual")
    assert statements(lambda: api.get(PATH)) == one
