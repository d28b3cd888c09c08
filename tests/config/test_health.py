"""Health routes, the headers of every answer, and the request's id."""

import logging

import pytest
import structlog
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import health


def test_healthz_asks_nobody(client):
    """Without the `db` fixture a query would fail."""
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


def test_readyz_is_public_and_says_ok(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_readyz_waits_for_migrations_and_remembers_when_all_are_there(
    client, db, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(health._Migrations, "complete", False)
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, 1)
    MigrationRecorder(connection).record_applied("sessions", "0001_initial")
    assert client.get("/readyz").status_code == 200
    with django_assert_num_queries(1):
        client.get("/readyz")


def test_readyz_says_when_the_database_is_gone(client, db):
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")


def test_every_answer_carries_the_policy_and_the_safe_headers(client):
    headers = client.get("/healthz").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_behind_https_pages_are_redirected_and_probes_are_answered(settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/accounts/login/")["Location"] == "https://testserver/accounts/login/"


def test_a_sound_request_id_is_kept(client):
    response = client.get("/healthz", headers={"X-Request-Id": "from-proxy.42"})
    assert response["X-Request-Id"] == "from-proxy.42"


@pytest.mark.parametrize("bad", ["short", "a" * 129, "with space", "line\nbreak", 'quo"te-1234'])
def test_a_request_id_that_could_disturb_the_log_is_replaced(client, bad):
    response = client.get("/healthz", headers={"X-Request-Id": bad})
    assert response["X-Request-Id"] != bad
    assert len(response["X-Request-Id"]) == 32


def test_log_lines_of_a_request_carry_its_id_and_never_the_query(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/nowhere?q=private", headers={"X-Request-Id": "from-proxy.42"})
    (event,) = [r.msg for r in caplog.records if "request_finished" in str(r.msg)]
    assert event["request_id"] == "from-proxy.42"
    assert event["request"] == "GET /nowhere"
    assert event["milliseconds"] >= 0
    assert "private" not in caplog.text
    assert structlog.contextvars.get_contextvars() == {}
