"""Lifecycle, actions and relations by hand: what is answered can be posted back (K1.8-1.10)."""

import json
from typing import Any

from tests.conftest import Cast

BODY = r"""
id: vm
type: VM
namespace: company.data
status: leased
ttl: 2026-12-31T00:00:00.000Z
owner: 'group:a\b'
partOf: cluster
relatedTo: [{id: standby, role: backup}]
assetActions:
  - {namespace: company.ops, flowId: stop, when: [{field: status, op: EQ, value: leased}]}
"""
URL = "/api/v1/main/assets"


def made(cast: Cast) -> dict[str, Any]:
    answer = cast.api("admin").generic("POST", URL, BODY, content_type="application/x-yaml")
    assert answer.status_code == 200, answer.json()
    return cast.api("admin").get(f"{URL}/vm").json()


def test_every_field_is_stored(cast: Cast) -> None:
    asset = made(cast)
    assert (asset["status"], asset["ttl"]) == ("leased", "2026-12-31T00:00:00.000Z")
    assert (asset["owner"], asset["owners"]) == (r"group:a\b", [r"group:a\b"])
    assert asset["partOf"] == {"id": "cluster"}
    assert asset["relatedTo"] == [{"id": "standby", "role": "backup"}]
    assert asset["assetActions"][0]["offered"] is True
    assert asset["metadata"] == {}


def test_an_answer_posted_back_changes_nothing(cast: Cast) -> None:
    asset = made(cast)
    api = cast.api("admin")
    answer = api.generic("POST", URL, json.dumps(asset), content_type="application/json")
    assert answer.status_code == 200
    again = api.get(f"{URL}/vm").json()
    assert {**again, "updated": ""} == {**asset, "updated": ""}


def test_a_patch_takes_back(cast: Cast) -> None:
    made(cast)
    api = cast.api("admin")
    patch = {"ttl": None, "status": "active", "partOf": None, "assetActions": []}
    tag = api.get(f"{URL}/vm")["ETag"]
    answer = api.generic(
        "PATCH",
        f"{URL}/vm",
        json.dumps(patch),
        content_type="application/merge-patch+json",
        headers={"If-Match": tag},
    )
    assert answer.status_code == 200, answer.json()
    asset = api.get(f"{URL}/vm").json()
    assert {key: asset[key] for key in patch} == patch
    assert asset["relatedTo"] == [{"id": "standby", "role": "backup"}]


def test_what_is_wrong_names_its_field(cast: Cast) -> None:
    body = {"id": "vm", "type": "VM", "ttl": "soon", "assetActions": [{"flowId": "x"}]}
    answer = cast.api("admin").generic(
        "POST", URL, json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"ttl", "assetActions[0].namespace"}
