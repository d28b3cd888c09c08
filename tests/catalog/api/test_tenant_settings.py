"""What an admin sets for a whole tenant."""

import json
from typing import Any

import pytest

from accounts.models import Tenant
from tests.conftest import Cast

URL = "/api/v1/main/settings"


def put(cast: Cast, body: Any, who: str = "admin") -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return cast.api(who).generic("PUT", URL, text, content_type="application/json")


def test_what_is_told_is_set_and_the_rest_stays(cast: Cast) -> None:
    off = {"infersSql": False, "requiresExistingNamespaces": False}
    assert cast.api("admin").get(URL).json() == off
    assert put(cast, {"infersSql": True}).json() == off | {"infersSql": True}
    assert put(cast, {}).json() == off | {"infersSql": True}
    assert Tenant.objects.get(slug="main").infers_sql
    assert not Tenant.objects.get(slug="other").infers_sql


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("[true]", 422, "JSON object"),
        ("{", 400, "not valid JSON"),
        ({"infersSql": "yes"}, 422, "infersSql must be true or false"),
        ({"infers_sql": True}, 422, "infers_sql is no setting"),
        ({"infersSql": True, "other": 1}, 422, "other is no setting"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name(
    cast: Cast, body: Any, status: int, says: str
) -> None:
    answer = put(cast, body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True)
    assert not Tenant.objects.get(slug="main").infers_sql


def test_a_grant_in_one_namespace_is_not_enough(cast: Cast, grant: Any) -> None:
    grant("nora", "Admin", "company.data")
    assert cast.api("nora").get(URL).status_code == 403
    assert put(cast, {"infersSql": True}, "nora").status_code == 403
