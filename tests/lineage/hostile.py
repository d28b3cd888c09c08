"""What attackers post, and what must hold whatever they post."""

import json
import time
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from tests.conftest import Cast

SECONDS = 2.0
FLOWS, EXECUTIONS = "/api/v1/main/flows", "/api/v1/main/executions"
YAML = "application/x-yaml"
HEAD = "id: daily\nnamespace: company.data\ntasks:\n- id: build\n  type: x.Query\n"


def declaring(**output: Any) -> str:
    """A flow whose one task writes one asset with these fields (as JSON, which is YAML)."""
    asset = {"id": "orders", "type": "Table"} | output
    return f"{HEAD}  assets:\n    outputs: [{json.dumps(asset)}]\n"


@dataclass
class Attacker:
    """Somebody with every permission in `main`; each answer must come in time, and be no 5xx."""

    cast: Cast

    def send(
        self, method: str, url: str, body: str | bytes, kind: str = YAML, **headers: str
    ) -> Any:
        client: APIClient = self.cast.api("admin")
        started = time.perf_counter()
        answer = client.generic(method, url, body, content_type=kind, headers=headers)
        assert time.perf_counter() - started < SECONDS, f"{url}: too slow"
        assert answer.status_code < 500, answer.content[:500]
        return answer

    def post_flow(self, source: str | bytes, kind: str = YAML, **headers: str) -> Any:
        return self.send("POST", FLOWS, source, kind, **headers)

    def put_flow(self, source: str | bytes) -> Any:
        return self.send("PUT", f"{FLOWS}/company.data/daily", source)

    def post_execution(self, body: Any) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.send("POST", EXECUTIONS, data, "application/json")


def refused(answer: Any, *statuses: int) -> dict[str, Any]:
    """The problem; fails when it does not say why."""
    assert answer.status_code in (statuses or range(400, 500)), answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["detail"]
    assert all(error["message"] for error in problem.get("errors", ()))
    return problem


def rows() -> dict[str, int]:
    """How many rows every table of the catalog and of lineage has, whoever's they are."""
    tables = [
        model._meta.db_table
        for app in ("catalog", "lineage")
        for model in apps.get_app_config(app).get_models()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(f"select '{t}', count(*) from {t}" for t in tables))
        return dict(cursor.fetchall())


def leaks(answer: Any) -> list[str]:
    """What of the server, or of another tenant, stands in an answer."""
    text = answer.content.decode()
    secrets = [settings.SECRET_KEY, str(settings.BASE_DIR), "root:x:0", "ami-id", "their_asset"]
    return [secret for secret in secrets if secret in text]
