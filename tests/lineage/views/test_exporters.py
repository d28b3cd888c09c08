"""Admin pages of exporters: what they show, and what their forms do."""

from typing import Any

import pytest
from django.http import HttpResponse

from lineage.models import Exporter, ExporterPending, ExporterRun
from tests.factories import NOW, make_exporter
from tests.lineage.pages import cost, visit
from tests.world import World

pytestmark = pytest.mark.django_db
HERE = "/admin/exporters"
FORM: dict[str, Any] = {
    "name": "datahub",
    "url": "https://datahub.example.com",
    "batch_size": "1",
    "timeout": "10",
    "schedule": "PT15M",
    "look_back": "P1D",
    "enabled": "on",
    "flow_namespace": "company.data",
    "asset_types": "Table, Dashboard",
    "states": ["SUCCESS", "WARNING"],
    "headers": "X-Team: data\nX-Env: prod",
    "api_key": "key-of-the-day",
    "mappings": "Table:\n  namespace: system\n",
}


def post(world: World, path: str, who: str = "admin", **fields: Any) -> HttpResponse:
    return world.cast.browser(who).post(f"/main{path}", fields)


def exporter(name: str = "marquez") -> Exporter:
    return Exporter.objects.unscoped("test").get(name=name)


def test_without_exporters_the_page_says_what_they_are_for(world):
    exporter().delete()
    seen = visit(world, HERE)
    assert "Nothing goes out yet" in seen.html
    assert f"/main{HERE}/-/new" in seen.links


def test_the_list_shows_how_each_is_doing(world):
    failing = make_exporter(
        world.cast.users["admin"], world.cast.main, "failing", enabled=True, failures=2
    )
    ExporterRun.objects.create(
        tenant=world.cast.main, exporter=failing, cause="retry", state="FAILED", error="401"
    )
    seen = visit(world, HERE)
    assert "Failing" in seen.html
    assert "Paused" in seen.html
    assert f"/main{HERE}/failing" in seen.links


def test_only_who_sees_the_settings_is_led_there(world):
    assert f"/main{HERE}" in visit(world, "/").links
    assert f"/main{HERE}" not in visit(world, "/", "editor").links


def test_a_form_makes_an_exporter(world):
    made = post(world, f"{HERE}/-/new", **FORM)
    assert made["Location"] == f"/main{HERE}/datahub"
    stored = exporter("datahub")
    assert (stored.url, stored.path) == ("https://datahub.example.com", "api/v1/lineage")
    assert stored.has_api_key and stored.header_names == ["X-Env", "X-Team"]
    assert stored.filters == {
        "flowNamespace": "company.data",
        "assetTypes": ["Table", "Dashboard"],
        "states": ["SUCCESS", "WARNING"],
    }
    assert stored.mappings == {"Table": {"namespace": "system"}}
    assert stored.runs_as == world.cast.users["admin"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://127.0.0.1"}, "a private address"),
        ({"name": "a b"}, "Use letters, digits"),
        ({"name": "marquez"}, "already"),
        ({"schedule": "cron", "cron": ""}, "Required for a schedule by cron"),
        ({"schedule": "cron", "cron": "every day"}, "Five fields of cron"),
        ({"headers": "no colon"}, "One a line"),
        ({"headers": "Host: x"}, "Host is set by Headwater itself"),
        ({"mappings": "Table: {nothing: x}"}, "Table.nothing: No such field"),
        ({"mappings": "a: [b"}, "This is no YAML"),
        ({"since": "yesterday"}, "An ISO 8601 time"),
        ({"flow_namespace": "A B"}, "A namespace"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(world, changes, said):
    response = post(world, f"{HERE}/-/new", **FORM | changes)
    html = response.content.decode()
    assert response.status_code == 200
    assert said in html
    assert 'value="company.data"' in html or "flow_namespace" in changes
    assert "key-of-the-day" not in html
    assert Exporter.objects.unscoped("test").count() == 1


def test_files_cannot_be_had_where_the_operator_has_not_allowed_any(world, settings, tmp_path):
    assert "EXPORT_DIR" in visit(world, f"{HERE}/-/new?kind=FILE").html
    settings.EXPORT_DIR = tmp_path
    said = {"name": "archive", "file": "lineage.jsonl", "schedule": "P1D", "look_back": "P1D"}
    made = post(world, f"{HERE}/-/new?kind=FILE", **said)
    assert made.status_code == 302
    assert exporter("archive").kind == "FILE"


def test_editing_keeps_the_secrets_unless_told_otherwise(world):
    post(world, f"{HERE}/-/new", **FORM)
    form = visit(world, f"{HERE}/datahub/edit").html
    assert "key-of-the-day" not in form and "X-Env: prod" not in form
    assert "Remove the stored headers: X-Env, X-Team" in form
    kept = {k: v for k, v in FORM.items() if k not in ("name", "api_key", "headers")}
    post(world, f"{HERE}/datahub/edit", **kept | {"schedule": "manual"})
    stored = exporter("datahub")
    assert stored.has_api_key and stored.header_names
    assert (stored.every, stored.cron) == (None, "")
    post(world, f"{HERE}/datahub/edit", **kept | {"drop_key": "on", "drop_headers": "on"})
    stored = exporter("datahub")
    assert not stored.has_api_key and not stored.header_names


def test_a_schedule_that_only_the_api_can_set_is_offered_too(world):
    from datetime import timedelta

    Exporter.objects.unscoped("test").update(every=timedelta(minutes=7))
    assert 'value="PT7M" selected' in visit(world, f"{HERE}/marquez/edit").html


def test_buttons_run_pause_and_resume(world):
    path = f"{HERE}/marquez"
    assert post(world, path, do="resume").status_code == 302
    assert exporter().enabled
    post(world, path, do="pause")
    assert not exporter().enabled
    post(world, path, do="run")
    assert "Queued" in visit(world, path).html
    assert post(world, path, do="nothing").status_code == 400


def test_rewinding_asks_first(world):
    Exporter.objects.unscoped("test").update(position=7)
    path = f"{HERE}/marquez/rewind"
    assert "Rewind marquez?" in visit(world, path).html
    assert exporter().position == 7
    assert "Say a time" in post(world, path, to="time", at="then").content.decode()
    post(world, path, to="start")
    assert exporter().position == 0
    Exporter.objects.unscoped("test").update(position=7)
    post(world, path, to="time", at="2026-11-20T12:00:00Z")
    assert exporter().position != 7


def test_deleting_asks_first(world):
    assert "Delete marquez?" in visit(world, f"{HERE}/marquez/delete").html
    assert post(world, f"{HERE}/marquez/delete")["Location"] == f"/main{HERE}"
    assert not Exporter.objects.unscoped("test").exists()


def test_the_page_of_one_shows_its_log_and_why_it_fails(world):
    Exporter.objects.unscoped("test").update(failures=2, enabled=True, next_run_at=NOW)
    for n in range(30):
        ExporterRun.objects.create(
            tenant=world.cast.main,
            exporter=exporter(),
            cause="retry",
            state="FAILED",
            error=f"401 <b>no</b> {n}",
            next_retry_at=NOW,
        )
    seen = visit(world, f"{HERE}/marquez")
    assert "The last 2 runs failed" in seen.html
    assert "401 &lt;b&gt;no&lt;/b&gt; 29" in seen.html
    assert "401 &lt;b&gt;no&lt;/b&gt; 0<" not in seen.html
    (older,) = [link for link in seen.links if "cursor=" in link]
    assert "no&lt;/b&gt; 0" in visit(world, f"{HERE}/marquez{older}").html


def test_refused_events_lead_to_their_executions(world):
    for number, pk in enumerate((world.run_orders.pk, 123_456_789)):
        ExporterPending.objects.create(
            tenant=world.cast.main,
            exporter=exporter(),
            execution_pk=pk,
            reason="refused",
            label=f"COMPLETE of company.data / job-{number}",
            message="422 no such namespace",
            attempts=6,
            gave_up=True,
        )
    seen = visit(world, f"{HERE}/marquez")
    assert "/main/executions/run-orders" in seen.links
    assert "given up" in seen.html
    post(world, f"{HERE}/marquez", do="retry")
    assert not ExporterPending.objects.unscoped("test").filter(gave_up=True).exists()


def test_the_list_costs_the_same_whatever_is_in_it(world):
    one = cost(world, HERE)
    for n in range(5):
        made = make_exporter(world.cast.users["admin"], world.cast.main, f"more-{n}")
        ExporterRun.objects.create(tenant=world.cast.main, exporter=made, cause="manual")
    assert cost(world, HERE) == one
