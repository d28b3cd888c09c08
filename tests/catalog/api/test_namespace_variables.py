"""The variables of a namespace: what `namespace.*` and `kv()` of expressions see."""

import json
from typing import Any

import pytest

from tests.conftest import Cast
from tests.factories import make_namespace

URL = "/api/v1/main/namespaces/company.data/variables"


def put(cast: Cast, body: Any, who: str = "editor") -> Any:
    make_namespace(cast.main, "company.data")
    text = body if isinstance(body, str) else json.dumps(body)
    return cast.api(who).generic("PUT", URL, text, content_type="application/json")


def test_they_are_replaced_as_a_whole(cast: Cast) -> None:
    put(cast, {"region": "eu", "days": 30})
    assert put(cast, {"region": "us", "nested": {"a": [1, None]}}).status_code == 200
    stored = {"region": "us", "nested": {"a": [1, None]}}
    assert cast.api("viewer").get(URL).json() == stored


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("[1]", 422, "JSON object"),
        ("{", 400, "not valid JSON"),
        ('{"a": NaN}', 400, "not a JSON number"),
        ({"a": "x" * 70_000}, 422, "65536 bytes"),
        ('{"a": "\\u0000"}', 422, "NUL"),
    ],
)
def test_what_cannot_be_stored_is_refused(cast: Cast, body: Any, status: int, says: str) -> None:
    answer = put(cast, body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True)
    assert cast.api("admin").get(URL).json() == {}


def test_an_unknown_namespace_is_not_made_by_it(cast: Cast) -> None:
    answer = cast.api("admin").generic(
        "PUT", URL.replace("company.data", "gone"), "{}", content_type="application/json"
    )
    assert answer.status_code == 404
