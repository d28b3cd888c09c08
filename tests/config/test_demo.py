"""`manage.py demo`: logins and tokens that work, made anew at each reset, on this machine only."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.checkouts import copied_to, free_port, serving

pytestmark = pytest.mark.slow

ROLES = ["instance_admin", "admin", "editor", "viewer", "outsider"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with copied_to(tmp_path_factory.mktemp("checkout")) as checkout:
        yield checkout


def start(checkout: Path, *options: str) -> tuple[str, dict]:
    """Start it, stop it; what it said and wrote."""
    with serving(checkout, free_port(), "demo", *options) as demo:
        demo.until_ready()
        demo.process.terminate()
        assert demo.ends() == 0
    return demo.said, json.loads((checkout / ".headwater/demo.json").read_text())


def test_accounts_are_private_kept_at_the_next_start_and_new_after_a_reset(checkout):
    said, first = start(checkout)
    assert f"Headwater is ready at {first['url']}" in said
    assert (checkout / ".headwater/demo.json").stat().st_mode & 0o777 == 0o600
    assert first["tenant"] == "main"
    assert set(first["tokens"]) == {"admin", "editor", "viewer", "ingest"}
    assert [user["role"] for user in first["users"]] == ROLES
    assert all(user["email"] in said and user["password"] in said for user in first["users"])

    said, second = start(checkout)
    assert "Loading" not in said
    assert second == first | {"url": second["url"]}

    _, third = start(checkout, "--reset")
    assert not set(third["tokens"].values()) & set(first["tokens"].values())
    passwords = [{user["password"] for user in accounts["users"]} for accounts in (first, third)]
    assert not passwords[0] & passwords[1]

    (checkout / ".headwater/demo.json").unlink()
    with serving(checkout, free_port(), "demo") as demo:
        assert demo.ends() == 1
        assert "--reset deletes the tenants" in demo.said


def test_it_does_not_write_into_the_database_of_others_unasked(checkout):
    with serving(checkout, free_port(), "demo", DATABASE_URL="postgresql://db/hw") as demo:
        assert demo.ends() == 1
        assert "say --force" in demo.said
