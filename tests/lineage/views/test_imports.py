"""Import & export on pages: a file brought, looked at, confirmed, and what became of it."""

import gzip
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.models import Asset
from lineage.jobs import resume_imports
from lineage.models import CatalogImport, ImportedRow
from lineage.transfer.uploads import KEPT, work_on
from tests.conftest import Cast
from tests.factories import make_asset

HERE = "/main/catalog/imports"
FILE = (
    "id,type,namespace,displayName\n"
    "wh.orders,Table,company.data,New name\n"
    "wh.lines,Table,company.data,\n"
    "bad id,Table,company.data,\n"
)


def bring(cast: Cast, text: str | bytes = FILE, name: str = "c.csv", who: str = "editor") -> Any:
    raw = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, raw)
    return cast.browser(who).post(HERE, {"file": file, "format": ""})


def shown(cast: Cast, url: str, **params: Any) -> str:
    answer = cast.browser("editor").get(url, params)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def known(cast: Cast) -> Cast:
    make_asset(cast.main, "wh.orders", display_name="Old name", type="Table")
    return cast


def test_a_file_is_looked_at_before_it_goes_in(known: Cast):
    answer = bring(known)
    url = answer["Location"]
    assert url == f"{HERE}/{CatalogImport.objects.unscoped('test').get().pk}"
    page = shown(known, url)
    assert "Nothing is written yet" in page
    assert "2 of 3 rows would change something, 1 cannot go in as they stand." in page
    assert "must not contain U+0020 (space)" in page, "what is wrong comes first"
    assert Asset.objects.unscoped("test").count() == 1
    created = shown(known, url, status="created")
    assert '<del dir="auto">Old name</del>' in created
    assert '<ins dir="auto">New name</ins>' in created
    assert known.browser("editor").post(url)["Location"] == url
    page = shown(known, url)
    assert "Imported in part" in page and "Nothing is written yet" not in page
    assert Asset.objects.unscoped("test").count() == 2
    assert CatalogImport.objects.unscoped("test").get().body == b""
    assert 'href="/main/assets/wh.lines"' in shown(known, url, status="created")
    assert "c.csv" in shown(known, HERE)


def test_all_or_nothing(known: Cast):
    url = bring(known)["Location"]
    known.browser("editor").post(url, {"atomic": "on"})
    page = shown(known, url)
    assert "Nothing was imported." in page
    assert Asset.objects.unscoped("test").count() == 1


def test_twice_is_once(known: Cast):
    url = bring(known)["Location"]
    browser = known.browser("editor")
    browser.post(url)
    browser.post(url)
    assert ImportedRow.objects.unscoped("test").count() == 3


def test_it_can_be_discarded(known: Cast):
    url = bring(known)["Location"]
    browser = known.browser("editor")
    assert browser.post(url, {"discard": "1"})["Location"] == HERE
    assert "“c.csv” is discarded." in browser.get(HERE).content.decode()
    assert not CatalogImport.objects.unscoped("test").exists()


def test_a_long_file_is_worked_on_by_a_job(known: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lineage.transfer.uploads.SHORT", 10)
    url = bring(known)["Location"]
    page = shown(known, url)
    assert "Waiting for the job worker" in page and 'hx-trigger="every 1s"' in page
    [job] = ProcrastinateJob.objects.filter(task_name="lineage.import_catalog")
    waiting = {"HX-Request": "true"}
    browser = known.browser("editor")
    assert browser.get(url, headers=waiting).status_code == 200
    work_on(job.args["pk"])
    assert browser.get(url, headers=waiting)["HX-Refresh"] == "true"
    assert "Nothing is written yet" in shown(known, url)
    browser.post(url)
    assert "Being imported" in shown(known, url)
    work_on(job.args["pk"])
    assert "Imported in part" in shown(known, url)
    brought = CatalogImport.objects.unscoped("test").get()
    assert (brought.done, brought.total) == (3, 3)
    work_on(job.args["pk"])
    work_on(0)


def test_what_a_stopped_worker_left_is_taken_up_again(
    known: Cast, monkeypatch: pytest.MonkeyPatch
):
    """Its job stays in the queue as one that is being done, by nobody or by who gives no sign."""
    monkeypatch.setattr("lineage.transfer.uploads.SHORT", 10)
    bring(known)
    jobs = ProcrastinateJob.objects.filter(task_name="lineage.import_catalog")
    assert resumed() == 0, "it waits for its turn"
    take_to_hand = "update procrastinate_jobs set status = 'doing' where id = %s"
    with connection.cursor() as cursor:
        cursor.execute(take_to_hand, [jobs.get().pk])
    assert resumed() == 1
    assert jobs.get().status == "todo"
    work_on(jobs.get().args["pk"])
    assert CatalogImport.objects.unscoped("test").get().state == "checked"


def resumed() -> int:
    context = SimpleNamespace(app=app)
    return async_to_sync(resume_imports.func)(context, 0)


def test_how_far_it_is(known: Cast):
    bring(known)
    rows = CatalogImport.objects.unscoped("test")
    rows.update(state="importing", done=1500, total=20_000, what="assets")
    page = shown(known, f"{HERE}/{rows.get().pk}")
    assert 'max="20000" value="1500"' in page and "1,500 of 20,000 rows" in page


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("name\nx\n", "c.csv", "Line 1: Column “name” is unknown"),
        (b"\xff\xfe\xff", "c.yaml", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used(cast: Cast, text: str | bytes, name: str, problem: str):
    page = shown(cast, bring(cast, text, name)["Location"])
    assert problem in page and "Nothing was written." in page


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("catalog", FILE, "The name does not tell: choose one."),
        ("c.csv", "", "The submitted file is empty."),
    ],
)
def test_mistakes_in_the_form(cast: Cast, name: str, text: str, problem: str):
    answer = bring(cast, text, name)
    assert answer.status_code == 422 and problem in answer.content.decode()
    none = cast.browser("editor").post(HERE, {"format": ""}, headers={"HX-Request": "true"})
    assert none.status_code == 200 and "<html" not in none.content.decode()
    assert "This field is required." in none.content.decode()


def test_packed_and_too_large(cast: Cast, settings: Any):
    assert bring(cast, gzip.compress(FILE.encode()), "c.csv.gz").status_code == 302
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000
    answer = bring(cast, gzip.compress(FILE.encode() * 100), "c.csv.gz")
    assert answer.status_code == 413
    assert "manage.py import_catalog" in answer.content.decode()


def test_a_file_is_its_bringer_s(known: Cast):
    url = bring(known)["Location"]
    for who in ("admin", "viewer"):
        assert known.browser(who).get(url).status_code == 404
        assert "c.csv" not in known.browser(who).get(HERE).content.decode()
    assert "takes the right to change assets" in known.browser("viewer").get(HERE).content.decode()


def test_the_latest_are_kept(cast: Cast):
    for n in range(KEPT + 2):
        bring(cast, FILE, f"c{n}.csv")
    assert CatalogImport.objects.unscoped("test").count() == KEPT
    page = shown(cast, HERE)
    assert "c11.csv" in page and "c1.csv" not in page


def test_many_rows_are_shown_page_by_page(cast: Cast):
    rows = "".join(f"a{n:03},Table,company.data,\n" for n in range(150))
    url = bring(cast, FILE.partition("\n")[0] + "\n" + rows)["Location"]
    first = shown(cast, url, status="created")
    assert "a099" in first and "a100" not in first
    after = first.partition("&amp;after=")[2].partition('"')[0]
    second = shown(cast, url, status="created", after=after)
    assert "a100" in second and "a099" not in second and "First page" in second
    assert "No row fails." in shown(cast, url, status="failed", after="nonsense")


def test_exports_of_what_the_query_finds(known: Cast):
    page = shown(known, HERE, q="type:Table")
    assert "/main/catalog/export.csv?q=type%3ATable&amp;what=assets" in page
    assert "/main/catalog/export.jsonl?q=type%3ATable&amp;what=edges&amp;edges=all" in page
    answer = known.browser("editor").get("/main/catalog/export.csv?q=type:Table&what=edges")
    assert b"".join(answer).startswith(b"\xef\xbb\xbfupstream,")
    listed = known.browser("editor").get("/main/catalog", {"q": "type:Table"}).content.decode()
    assert "/main/catalog/imports?q=type%3ATable" in listed


def test_what_files_hold_is_text(cast: Cast):
    text = FILE.splitlines()[0] + "\n<script>x</script>,<b>,company.data,<i>\n"
    url = bring(cast, text, "<img src=x>.csv")["Location"]
    page = shown(cast, url)
    assert "<script>x" not in page and "<img src" not in page
