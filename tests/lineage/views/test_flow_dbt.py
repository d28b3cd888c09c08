"""The page “Import from dbt”: its form, what it answers, and whom it shows what."""

import io
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from catalog.models import Asset
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.dbt.builders import HARBOUR, manifest, model, source
from tests.lineage.pages import cost, visit
from tests.world import World

URL = "/main/dbt"
WHY = "test"


def file(name: str, value: Any) -> io.BytesIO:
    made = io.BytesIO(value if isinstance(value, bytes) else json.dumps(value).encode())
    made.name = f"{name}.json"
    return made


def send(cast: Cast, who: str = "editor", htmx: bool = True, **fields: Any) -> HttpResponse:
    headers = {"HX-Request": "true", "HX-Target": "outcome"} if htmx else {}
    form = {"namespace": "company.data"} | fields
    return cast.browser(who).post(URL, form, headers=headers)


def harbour() -> dict[str, io.BytesIO]:
    return {path.stem: file(path.stem, path.read_bytes()) for path in HARBOUR.glob("*.json")}


def test_the_empty_page_says_what_to_do(world: World) -> None:
    page = visit(world, "/dbt")
    assert 'name="manifest"' in page.html
    assert "No dbt project yet" in page.html
    assert "/api/v1/main/dbt/artifacts?namespace=company.data" in page.html
    assert page.html.count("<h1") == 1


def test_pages_lead_there(world: World) -> None:
    assert URL in visit(world, "/flows").links


def test_an_import_tells_what_it_did(world: World) -> None:
    answer = send(world.cast, **harbour()).content.decode()
    assert answer.lstrip().startswith('<div class="stack" id="outcome">')
    assert "Imported" in answer
    assert '<a class="truncate" href="/main/assets/harbour.main.berths">' in answer
    assert "/main/flows/company.data/harbour" in answer
    assert Asset.objects.unscoped(WHY).filter(public_id="harbour.main.berths").exists()
    assert "Nothing has changed" in send(world.cast, **harbour()).content.decode()


def test_without_javascript_the_whole_page_comes_back(world: World) -> None:
    answer = send(world.cast, htmx=False, **harbour()).content.decode()
    assert "<h1>Import from dbt</h1>" in answer
    assert "Imported" in answer
    assert 'name="manifest"' in answer


def test_a_preview_writes_nothing(world: World) -> None:
    answer = send(world.cast, preview="yes", **harbour()).content.decode()
    assert "This would change" in answer
    assert "harbour.main.berths" in answer
    assert "/main/assets/harbour.main.berths" not in answer
    assert not Asset.objects.unscoped(WHY).filter(public_id="harbour.main.berths").exists()


def test_what_changed_and_what_was_left_out(world: World) -> None:
    first = manifest(model("a"), source("s"))
    send(world.cast, manifest=file("manifest", first))
    later = {"metadata": {"generated_at": "2026-11-22T12:00:00Z"}}
    second = manifest(model("b", ["model.shop.<b>"]), **later)
    answer = send(world.cast, manifest=file("manifest", second)).content.decode()
    assert "removed" in answer
    assert "left out" in answer
    assert "model.shop.&lt;b&gt;" in answer


def test_what_is_wrong_is_said_beside_the_form(world: World) -> None:
    answer = send(world.cast, manifest=file("manifest", b'{"metadata": {,}}')).content.decode()
    assert "Nothing went in" in answer
    assert "manifest.json" in answer
    assert "line 1, column 15" in answer
    assert "This field is required" in send(world.cast).content.decode()
    whole = send(world.cast, htmx=False, manifest=file("manifest", b"[]")).content.decode()
    assert "expected “{”" in whole
    refused = send(world.cast, namespace="No Good", manifest=file("manifest", manifest()))
    assert "must start with" in refused.content.decode()


def test_too_large(world: World, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
    large = file("manifest", manifest(model("a", description="x" * 30_000)))
    answer = send(world.cast, manifest=large)
    assert answer.status_code == 413
    assert "larger than 20,000 bytes" in answer.content.decode()


def test_the_form_needs_its_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.users["editor"])
    form = {"namespace": "company.data", "manifest": file("manifest", manifest(model("a")))}
    assert client.post(URL, form).status_code == 403
    client.get(URL)
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    form["manifest"] = file("manifest", manifest(model("a")))
    assert client.post(URL, form).status_code == 200


def test_a_viewer_sees_what_is_there_and_no_form(world: World) -> None:
    send(world.cast, **harbour())
    send(world.cast, namespace="company.finance", flow="secret_copy", **harbour())
    page = visit(world, "/dbt", "viewer")
    assert 'name="manifest"' not in page.html
    assert "/main/flows/company.data/harbour" in page.links
    assert "secret_copy" not in page.html
    assert send(world.cast, "viewer", **harbour()).status_code == 403


def test_a_project_on_its_flows_page(world: World) -> None:
    send(world.cast, **harbour())
    page = visit(world, "/flows/company.data/harbour")
    assert "dbt project" in page.html
    assert "1.11.16" in page.html
    assert "This flow is not registered" not in page.html


def test_the_page_costs_as_much_however_many_there_are(world: World) -> None:
    send(world.cast, **harbour())
    one = cost(world, "/dbt")
    for n in range(3):
        make_asset(world.cast.main, f"other-{n}")
        send(world.cast, flow=f"copy{n}", **harbour())
    assert cost(world, "/dbt") == one <= 12
