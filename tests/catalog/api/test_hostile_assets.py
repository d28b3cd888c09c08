"""Hostile assets posted by hand: refused with the reason, in time, and nothing is stored."""

import json
from typing import Any

import pytest

from tests.catalog.reading.test_yaml_text import REFUSED
from tests.conftest import Cast
from tests.lineage.api.test_hostile_flows import FIELDS
from tests.lineage.hostile import YAML, Attacker, refused, rows

URL = "/api/v1/main/assets"
JSON, PATCH = "application/json", "application/merge-patch+json"
SOUND = {"id": "orders", "type": "Table", "namespace": "company.data"}
MORE: dict[str, dict[str, Any]] = {
    "tag with markup": {"tags": ["<b>"]},
    "tag with bidi": {"tags": ["a\u202eb"]},
    "tags without end": {"tags": ["a"] * 5_000},
    "owners that are no texts": {"owners": [{"a": 1}]},
    "owner too long": {"owners": ["x" * 5_000]},
    "deep columns": {"columns": [{"name": "a", "columns": json.loads("[" * 90 + "]" * 90)}]},
    "columns without names": {"columns": [{"type": "T"}]},
    "NUL in a column": {"columns": [{"name": "a\x00"}]},
    "surrogate in a column": {"columns": [{"name": "a", "description": "\ud800"}]},
    "ttl without end": {"ttl": "P99999999999999Y"},
    "id that is a map": {"id": {"a": 1}},
}
FIELDS_OF_ASSETS = {case: fields for case, fields in FIELDS.items()} | MORE
NUMBERS = ("NaN", "Infinity", "1e400", "0.1234567890123456789", "9" * 5_000)


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    return Attacker(cast)


@pytest.mark.parametrize("case", FIELDS_OF_ASSETS)
@pytest.mark.parametrize("kind", [JSON, YAML])
def test_hostile_fields(attacker: Attacker, case: str, kind: str) -> None:
    before, fields = rows(), FIELDS_OF_ASSETS[case]
    body = json.dumps(SOUND | fields)
    problem = refused(attacker.send("POST", URL, body, kind), 400, 422)
    assert next(iter(fields)) in json.dumps(problem["errors"]) or kind == YAML
    many = attacker.send("POST", f"{URL}/bulk", f"[{body}]", kind)
    assert many.status_code in (400, 422)
    assert rows() == before


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_yaml(attacker: Attacker, case: str) -> None:
    before, source = rows(), REFUSED[case][0]
    body = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    refused(attacker.send("POST", URL, body))
    many = attacker.send("POST", f"{URL}/bulk", body)
    assert many.status_code in range(400, 500) or case == "several documents"
    assert rows() == before


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_would_not_survive(attacker: Attacker, number: str) -> None:
    before = rows()
    body = json.dumps(SOUND | {"metadata": {"n": "@"}}).replace('"@"', number)
    refused(attacker.send("POST", URL, body, JSON), 400)
    assert rows() == before


@pytest.mark.parametrize("depth", [99, 990, 5_000, 100_000])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_deep_bodies(attacker: Attacker, method: str, depth: int) -> None:
    attacker.send("POST", URL, json.dumps(SOUND), JSON)
    before = rows()
    body = json.dumps(SOUND | {"metadata": "@"}).replace('"@"', "[" * depth + "]" * depth)
    url, kind = (URL, JSON) if method == "POST" else (f"{URL}/orders", PATCH)
    refused(attacker.send(method, url, body, kind, **{"If-Match": "*"}), 400, 422)
    assert rows() == before


@pytest.mark.parametrize("case", FIELDS_OF_ASSETS)
def test_hostile_patches(attacker: Attacker, case: str) -> None:
    attacker.send("POST", URL, json.dumps(SOUND), JSON)
    before, body = rows(), json.dumps(FIELDS_OF_ASSETS[case])
    refused(attacker.send("PATCH", f"{URL}/orders", body, PATCH, **{"If-Match": "*"}), 400, 422)
    assert rows() == before


@pytest.mark.parametrize("value", ["[1]", '"a"', '{"a": "\\u0000"}', '{"a": "\\ud800"}', "{"])
def test_hostile_variables(attacker: Attacker, value: str) -> None:
    before = rows()
    url = "/api/v1/main/namespaces/company.data/variables"
    refused(attacker.send("PUT", url, value, JSON))
    assert rows() == before


@pytest.mark.parametrize(
    "value", ["{", "[1]", '{"ttl": "P9999999999Y"}', '{"ttl": -1}', '{"owner": {"a": 1}}', '"x"']
)
def test_hostile_locks(attacker: Attacker, value: str) -> None:
    attacker.send("POST", URL, json.dumps(SOUND), JSON)
    before = rows()
    refused(attacker.send("POST", f"{URL}/orders/lock", value, JSON))
    assert rows() == before


@pytest.mark.parametrize("ids", [["a\x00"], ["\ud800"], ["x" * 100_000], [""], [{"a": 1}]])
def test_hostile_ids_delete_nothing(attacker: Attacker, ids: list[Any]) -> None:
    attacker.send("POST", URL, json.dumps(SOUND), JSON)
    refused(attacker.send("DELETE", f"{URL}/by-ids", json.dumps(["orders", *ids]), JSON))
    assert attacker.cast.api("admin").get(f"{URL}/orders").status_code == 200


@pytest.mark.parametrize("url", [URL, f"{URL}/bulk"])
def test_yaml_without_end_is_too_large(attacker: Attacker, url: str) -> None:
    problem = refused(attacker.send("POST", url, "id: " + "x" * 1_048_576, YAML), 413)
    assert "1,048,576 bytes" in json.dumps(problem)
