"""Whatever the document lists is called with generated requests: no 5xx, nothing undocumented."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from config.openapi import document
from tests.conftest import Cast
from tests.world import make_world

CONFIG = {
    "generation": {"max-examples": 12, "deterministic": True, "database": "none"},
    "phases": {"stateful": {"enabled": False}},
}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
schema = schemathesis.openapi.from_dict(document(), config=SchemathesisConfig.from_dict(CONFIG))
schema.app = WSGIHandler()  # config.wsgi shares connections, which tests must not


@schemathesis.serializer("application/x-ndjson")
def one_a_line(context: Any, value: Any) -> bytes:
    """Lists as lines; anything else as the text that it is."""
    items = value if isinstance(value, list) else [value]
    return "\n".join(i if isinstance(i, str) else json.dumps(i) for i in items).encode()


@pytest.fixture
def token(cast: Cast) -> Iterator[str]:
    """An admin's; requests stay in the test's transaction, as Django's own client sees to."""
    make_world(cast)
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield cast.token("admin")
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
@schema.parametrize()
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_every_operation(case: Any, token: str) -> None:
    if "tenant" in case.path_parameters:
        case.path_parameters["tenant"] = "main"
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
