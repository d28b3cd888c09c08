"""Every error of the API, asked for at its real addresses: one shape, and what to do about it."""

import gzip
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Cast
from tests.routes import ROUTES, Route
from tests.world import World

V1 = "/api/v1/main"
YAML = "application/x-yaml"
#: What is asked → (status, a header that must be there, a word of the detail).
ERRORS: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "bad filter": ({"path": f"{V1}/assets/search?filters[nope][EQUALS]=1"}, 400, "", "nope"),
    "bad JSON": ({"method": "POST", "path": f"{V1}/executions", "data": "{"}, 400, "", "JSON"),
    "no token": ({"path": f"{V1}/assets/search", "who": "anonymous"}, 401, "WWW-Authenticate", ""),
    "no role": ({"path": f"{V1}/assets/search", "who": "ingest"}, 403, "", "ASSET:LIST"),
    "another's tenant": ({"path": f"{V1}/assets/search", "who": "outsider"}, 404, "", "tenant"),
    "no such asset": ({"path": f"{V1}/assets/nope"}, 404, "", ""),
    "no such path": ({"path": "/api/v1/main/nope"}, 404, "", "/api/docs"),
    "no such version": ({"method": "PUT", "path": "/api/v2/x"}, 404, "", "/api/docs"),
    "method": ({"method": "DELETE", "path": f"{V1}/executions"}, 405, "Allow", ""),
    "accepts none of it": (
        {"path": f"{V1}/assets/search", "headers": {"Accept": "text/html"}}, 406, "", "",
    ),
    "too large": (
        {"method": "POST", "path": f"{V1}/executions", "data": "x" * 5_000}, 413, "",
        "MAX_BODY_BYTES",
    ),
    "too large unpacked": (
        {
            "method": "POST", "path": f"{V1}/executions",
            "data": gzip.compress(b" " * 5_000_000), "headers": {"Content-Encoding": "gzip"},
        }, 413, "", "smaller batches",
    ),
    "too many": (
        {"method": "POST", "path": f"{V1}/executions", "data": f"[{'1,' * 1_000}1]"}, 413, "",
        "at most 1000",
    ),
    "type": (
        {"method": "POST", "path": f"{V1}/flows", "data": "a: 1", "content_type": "text/csv"},
        415, "", YAML,
    ),
    "encoding": (
        {"method": "POST", "path": f"{V1}/flows", "data": "a: 1", "content_type": YAML,
         "headers": {"Content-Encoding": "br"}},
        415, "Accept-Encoding", "gzip",
    ),
    "charset": (
        {"method": "POST", "path": f"{V1}/flows", "data": "a: 1",
         "content_type": f"{YAML}; charset=utf-16"},
        415, "", "UTF-8",
    ),
    "bad flow": (
        {"method": "POST", "path": f"{V1}/flows", "data": "a: 1", "content_type": YAML},
        422, "", "problem",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_every_error_is_a_problem(cast: Cast, settings: Any, case: str):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000
    asked, status, header, word = ERRORS[case]
    request = {"method": "GET", "content_type": "application/json"} | asked
    client = cast.api(request.pop("who", "admin"))
    answer = client.generic(**request)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"] and word in problem["detail"]
    assert not header or answer[header]


def test_errors_of_a_browsers_session_are_problems_too(cast: Cast):
    browser = cast.browser("viewer")
    answer = browser.get(f"{V1}/assets/nope", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    [
        "flows/company.data/build_orders",
        "flows/company.data/build_orders/revisions",
        "executions/run-orders",
    ],
)
def test_what_is_known_is_not_sent_again(world: World, path: str):
    client = world.cast.api("admin")
    first = client.get(f"{V1}/{path}")
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(f"{V1}/{path}", headers={"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    other = client.get(f"{V1}/{path}", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_changed_flow_has_another_tag(cast: Cast):
    client, url = cast.api("admin"), f"{V1}/flows/a/b"
    source = "id: b\nnamespace: a\ntasks: [{id: c, type: d}]\n"
    client.generic("POST", f"{V1}/flows", source, YAML)
    tag = client.get(url)["ETag"]
    client.generic("PUT", url, source + "# more\n", YAML)
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_what_depends_on_the_reader_is_kept_by_nobody(world: World):
    client = world.cast.api("admin")
    for path in ("assets/search", "executions/search", "assets/nope"):
        assert client.get(f"{V1}/{path}")["Cache-Control"] == "no-store"
    assert cache_of(world, "/main/catalog") == "private, no-cache"


def cache_of(world: World, path: str) -> str:
    return world.cast.browser("admin").get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/openapi.yaml"])
def test_the_document_is_sent_once(client: Client, path: str):
    first = client.get(path)
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


READS = [
    route
    for route in ROUTES.values()
    if route.is_api and "tenant" in route.kwargs and hasattr(route.view_class, "get")
]
PARAMETERS = (
    *("q", "id", "cursor", "page", "size", "sort", "since", "asOf", "depth", "type"),
    *("filters[id][EQUALS]", "filters[namespace][PREFIX]", "filters[or][0][type][EQUALS]"),
)


@pytest.mark.parametrize("route", READS, ids=lambda route: route.name)
@pytest.mark.parametrize("value", ["%00", "%ED%A0%80", "%FF", "%E2%80%AE", "9" * 5_000])
def test_no_read_fails_for_what_is_asked(cast: Cast, route: Route, value: str):
    """NUL, half a surrogate, no UTF-8, bidi, and a number without end: in the path and behind."""
    known = {key: "main" if key == "tenant" else "VALUE" for key in route.kwargs}
    path = reverse(route.name, kwargs=known).replace("VALUE", value[:100])
    client = cast.api("admin")
    for query in ("", *(f"{name}={value}" for name in PARAMETERS)):
        answer = client.generic("GET", path, QUERY_STRING=query)
        assert answer.status_code < 500, query
        assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json"


PAGES = [route for route in ROUTES.values() if "tenant" in route.kwargs and not route.is_api]


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
@pytest.mark.parametrize("value", ["%00", "%ED%A0%80", "%FF"])
def test_no_page_fails_for_what_is_asked(cast: Cast, route: Route, value: str):
    known = {key: "main" if key == "tenant" else "VALUE" for key in route.kwargs}
    path = reverse(route.name, kwargs=known).replace("VALUE", value)
    browser = cast.browser("admin")
    for query in ("", f"q={value}&asset={value}&cursor={value}&state={value}&flow={value}"):
        assert browser.generic("GET", path, QUERY_STRING=query).status_code < 500, query
