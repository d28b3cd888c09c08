"""POST and PUT of flows: YAML in, revisions by content, every bad line named."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from lineage.models import Flow
from tests.conftest import Cast
from tests.lineage.test_registering import YAML

URL = "/api/v1/main/flows"
ITEM = f"{URL}/company.data/daily"


def send(
    client: APIClient, method: str, url: str, body: str, kind: str = "application/x-yaml"
) -> Any:
    return client.generic(method, url, body, content_type=kind)


def test_post_then_post_again_then_put(cast: Cast) -> None:
    client = cast.api("editor")
    made = send(client, "POST", URL, YAML)
    assert (made.status_code, made.json()["revision"]) == (200, 1)
    assert made.json()["source"] == YAML
    again = send(client, "POST", URL, YAML)
    assert again.status_code == 422
    assert "PUT" in again.json()["detail"]
    assert send(client, "PUT", ITEM, YAML).json()["revision"] == 1
    assert send(client, "PUT", ITEM, YAML + "# more\n").json()["revision"] == 2
    first = client.get(f"{ITEM}?source=true&revision=1").json()
    assert (first["revision"], first["source"]) == (1, YAML)


@pytest.mark.parametrize("kind", ["application/x-yaml", "text/yaml", "application/yaml"])
def test_every_yaml_type_is_taken(cast: Cast, kind: str) -> None:
    assert send(cast.api("editor"), "POST", URL, YAML, kind).status_code == 200


def test_problems_have_lines(cast: Cast) -> None:
    response = send(cast.api("editor"), "POST", URL, "id: daily\nnamespace: Bad\ntasks: []\n")
    assert response.status_code == 422
    assert {error["line"] for error in response.json()["errors"]} == {2, 3}
    assert not Flow.objects.unscoped("test").exists()


def test_put_of_an_unknown_flow_is_404_and_of_another_422(cast: Cast) -> None:
    client = cast.api("editor")
    assert send(client, "PUT", ITEM, YAML).status_code == 404
    other = send(client, "PUT", f"{URL}/company.data/other", YAML)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "id"


def test_out_of_reach_is_403_and_stores_nothing(cast: Cast, grant: Any) -> None:
    grant("dora", "Editor", "company.finance")
    assert send(cast.api("dora"), "POST", URL, YAML).status_code == 403
    assert send(cast.api("viewer"), "POST", URL, YAML).status_code == 403
    assert send(cast.api("outsider"), "POST", URL, YAML).status_code == 404
    assert send(cast.api("anonymous"), "POST", URL, YAML).status_code == 401
    assert not Flow.objects.unscoped("test").exists()
