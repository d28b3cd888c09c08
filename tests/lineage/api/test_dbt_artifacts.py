"""POST of dbt's artifacts: as files, as objects, packed, too large, broken, and by whom."""

import gzip
import io
import json
from typing import Any

import pytest
from django.test import Client
from rest_framework.response import Response

from catalog.models import Asset
from tests.conftest import Cast
from tests.lineage.dbt.builders import HARBOUR, catalog, manifest, model, result, run_results

URL = "/api/v1/main/dbt/artifacts?namespace=company.data"
WHY = "test"


def files(**parts: Any) -> dict[str, Any]:
    """Parts of a form: objects become JSON files, bytes go as they are."""
    found = {}
    for name, value in parts.items():
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        found[name] = io.BytesIO(raw)
        found[name].name = f"{name}.json"
    return found


def send(cast: Cast, who: str = "ingest", url: str = URL, **parts: Any) -> Response:
    return cast.api(who).post(url, files(**parts), format="multipart")


def harbour() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in HARBOUR.glob("*.json")}


def test_files_of_a_form(cast: Cast) -> None:
    answer = send(cast, **harbour())
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["status"], told["project"], told["dryRun"]) == ("success", "harbour", False)
    assert told["flow"] == {"namespace": "company.data", "id": "harbour"}
    assert told["summary"] == {
        "created": 11,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "restored": 0,
        "failed": 0,
        "edges": 12,
        "columnEdges": told["summary"]["columnEdges"],
        "assertions": 8,
    }
    assert told["execution"]["state"] == "FAILED"
    assert told["execution"]["taskRuns"] == 17
    assert {one["uniqueId"] for one in told["nodes"]} >= {"model.harbour.berth_occupancy"}
    assert told["problems"] == []
    again = send(cast, **harbour()).json()
    assert again["summary"]["unchanged"] == 11
    assert (again["nodes"], again["execution"]["status"]) == ([], "unchanged")


def test_the_asset_answers_to_its_id(cast: Cast) -> None:
    send(cast, **harbour())
    found = cast.api("admin").get("/api/v1/main/assets/harbour.main.berths").json()
    assert found["namespace"] == "company.data"
    assert found["metadata"]["dbt"]["uniqueId"] == "seed.harbour.berths"


def test_objects(cast: Cast) -> None:
    body = {"manifest": manifest(model("a")), "catalog": catalog(a={"id": "INTEGER"})}
    answer = cast.api("ingest").post(URL, body, format="json")
    assert answer.status_code == 200
    assert Asset.objects.unscoped(WHY).get().columns == [{"name": "id", "type": "INTEGER"}]


def test_a_dry_run_only_tells(cast: Cast) -> None:
    told = send(cast, url=f"{URL}&dryRun=true", **harbour()).json()
    assert (told["dryRun"], told["summary"]["created"]) == (True, 11)
    assert not Asset.objects.unscoped(WHY).exists()


def test_options(cast: Cast) -> None:
    url = f"{URL}&flow=shop_prod&assetNamespace=company.%7Bschema%7D"
    told = send(cast, url=url, manifest=manifest(model("a"))).json()
    assert told["flow"] == {"namespace": "company.data", "id": "shop_prod"}
    found = Asset.objects.unscoped(WHY).select_related("namespace").get()
    assert str(found.namespace) == "company.main"


def test_without_options_the_project_lives_in_dbt(cast: Cast) -> None:
    told = send(cast, url="/api/v1/main/dbt/artifacts", manifest=manifest(model("a"))).json()
    assert told["flow"] == {"namespace": "dbt", "id": "shop"}


def test_packed_files_and_packed_bodies(cast: Cast) -> None:
    packed = gzip.compress(json.dumps(manifest(model("a"))).encode())
    assert send(cast, manifest=packed).json()["summary"]["created"] == 1
    body = gzip.compress(json.dumps({"manifest": manifest(model("b"))}).encode())
    client = cast.api("ingest")
    headers = {"HTTP_CONTENT_ENCODING": "gzip"}
    answer = client.generic("POST", URL, body, "application/json", **headers)
    assert answer.status_code == 200, answer.content
    form = b"\r\n".join(
        [
            b"--x",
            b'Content-Disposition: form-data; name="manifest"; filename="manifest.json"',
            b"",
            json.dumps(manifest(model("c"))).encode(),
            b"--x--",
            b"",
        ]
    )
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", URL, gzip.compress(form), kind, **headers)
    assert answer.status_code == 200, answer.content
    assert Asset.objects.unscoped(WHY).count() == 3


@pytest.mark.parametrize(
    ("parts", "field", "message"),
    [
        ({"catalog": catalog()}, "manifest", "is required"),
        ({"manifest": b'{"metadata": {\n  "x" 1}}'}, "manifest", "line 2, column 7"),
        ({"manifest": b"\xff\xfe"}, "manifest", "not UTF-8"),
        ({"manifest": catalog()}, "manifest", "is a dbt catalog"),
        ({"manifest": manifest(), "run_results": manifest()}, "run_results", "is a dbt manifest"),
        ({"manifest": manifest(), "sources": {}}, "sources", "is not known"),
    ],
)
def test_what_is_wrong_is_named(
    cast: Cast, parts: dict[str, Any], field: str, message: str
) -> None:
    answer = send(cast, **parts)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]


def test_a_broken_file_tells_line_and_column(cast: Cast) -> None:
    [error] = send(cast, manifest=b'{"metadata": {\n  "x" 1}}').json()["errors"]
    assert (error["line"], error["column"]) == (2, 7)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, ""),
        (b"[]", 400, ""),
        (b'{"manifest": 1}', 422, "manifest"),
        (b'{"manifests": {}}', 422, "manifests"),
        (b"{}", 422, "manifest"),
    ],
)
def test_objects_that_are_wrong(cast: Cast, body: bytes, status: int, field: str) -> None:
    answer = cast.api("ingest").generic("POST", URL, body, "application/json")
    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("url", "field"),
    [
        (f"{URL}&dryRun=maybe", "dryRun"),
        ("/api/v1/main/dbt/artifacts?namespace=No%20Good", "namespace"),
        (f"{URL}&flow=a%20b", "flow"),
    ],
)
def test_options_that_are_wrong(cast: Cast, url: str, field: str) -> None:
    answer = send(cast, url=url, manifest=manifest(model("a")))
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["field"] == field


def test_media_types_and_encodings(cast: Cast) -> None:
    client = cast.api("ingest")
    assert client.generic("POST", URL, b"x", "text/plain").status_code == 415
    answer = client.generic("POST", URL, b"x", "multipart/form-data; boundary=x",
                            HTTP_CONTENT_ENCODING="br")  # fmt: skip
    assert answer.status_code == 415
    answer = client.generic("POST", URL, b"no form", "multipart/form-data")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    cut = client.generic("POST", URL, gzip.compress(b"{}")[:-4], "application/json",
                         HTTP_CONTENT_ENCODING="gzip")  # fmt: skip
    assert cut.status_code == 400


def test_too_large(cast: Cast, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
    large = manifest(model("a", description="x" * 30_000))
    assert send(cast, manifest=large).status_code == 413
    packed = gzip.compress(json.dumps(large).encode())
    assert len(packed) < 20_000
    assert send(cast, manifest=packed).status_code == 413
    body = gzip.compress(json.dumps({"manifest": large}).encode())
    answer = cast.api("ingest").generic(
        "POST", URL, body, "application/json", HTTP_CONTENT_ENCODING="gzip"
    )
    assert answer.status_code == 413
    assert not Asset.objects.unscoped(WHY).exists()


def test_a_session_is_limited_before_its_form_is_looked_at(cast: Cast, settings: Any) -> None:
    """The CSRF check reads the form to find its token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["editor"])
    client.get("/main/catalog")
    token = client.cookies["csrftoken"].value
    fine = files(manifest=manifest(model("a")))
    assert client.post(URL, fine, headers={"X-CSRFToken": token}).status_code == 200
    assert client.post(URL, fine).status_code == 403
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000
    large = files(manifest=manifest(model("a", description="x" * 30_000)))
    assert client.post(URL, large, headers={"X-CSRFToken": token}).status_code == 413


def test_who_may(cast: Cast) -> None:
    assert send(cast, "viewer", manifest=manifest()).status_code == 403
    assert send(cast, "anonymous", manifest=manifest()).status_code == 401
    assert send(cast, "outsider", manifest=manifest()).status_code == 404


def test_problems_of_nodes_are_listed(cast: Cast) -> None:
    ran = run_results(result("model.shop.a", "dreamt"))
    told = send(cast, manifest=manifest(model("a", ["model.shop.gone"])), run_results=ran).json()
    assert told["status"] == "partial_success"
    assert {(one["node"], one["field"], one["leftOut"]) for one in told["problems"]} == {
        ("model.shop.a", "depends_on.nodes", True),
        ("model.shop.a", "status", True),
    }
