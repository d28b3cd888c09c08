"""A database of its own on the embedded server, a served Headwater, and principals to call it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg

BASE_DIR = Path(__file__).resolve().parent.parent
START = 60  # seconds


@dataclass
class Scene:
    """Where to send requests, as whom. `scale` is 1.0, or 0.1 for a small run."""

    port: int
    scale: float
    tenant: Any
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)

    def count(self, number: int) -> int:
        return max(1, round(number * self.scale))


@contextmanager
def scene(*, small: bool) -> Iterator[Scene]:
    """Everything that is made here is gone at the end."""
    from config.database import embedded_server

    server = embedded_server()
    with server or nullcontext():
        url = os.environ["DATABASE_URL"] if server is None else server.url
        with own_database(url) as own:
            os.environ |= {"DATABASE_URL": own, "SECRET_KEY": secrets.token_urlsafe(50)}
            os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connections

            call_command("migrate", verbosity=0)
            stage = Scene(free_port(), 0.1 if small else 1.0, None)
            populate(stage)
            with served(stage.port):
                yield stage
            connections.close_all()


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The URL of a new database beside the one that `url` names; dropped at the end."""
    name = f"headwater_bench_{secrets.token_hex(4)}"
    path, _, query = url.partition("?")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            yield f"{path.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
        finally:
            connection.execute(f"drop database if exists {name} with (force)")


@contextmanager
def served(port: int) -> Iterator[None]:
    """`manage.py serve`, as people run it."""
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(START * 10):
        if process.poll() is not None:
            raise SystemExit("The server ended before it was ready.")
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server was not ready in time.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def populate(stage: Scene) -> None:
    """A tenant with an admin, an ingest token and a viewer of few namespaces."""
    from accounts import actions
    from accounts.models import Role

    stage.tenant = tenant = actions.create_tenant("main")
    for name, role, namespaces in (
        ("admin", "Admin", [""]),
        ("ingest", "Ingest", [""]),
        ("viewer", "Viewer", [f"pipelines.p{n}" for n in range(20)]),
    ):
        user = actions.create_person(f"{name}@example.com", None)
        for namespace in namespaces:
            actions.bind(user, Role.objects.get(tenant=tenant, name=role), namespace)
        stage.users[name] = user
        stage.tokens[name] = actions.issue_token(user, "bench")[1]
        stage.cookies[name] = session_cookie(user)


def session_cookie(user: Any) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
