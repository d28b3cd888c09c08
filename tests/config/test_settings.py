"""Settings: sound under production's environment, and every variable told in the README."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.checks import check_secret_key_is_given
from config.staticversion import static_version

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "kZ8vJw2nQx5rTy7uLm4pBc6dFg9hSa1eXo3iWq0zVbNjRtYk-P",
    "ALLOWED_HOSTS": "headwater.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://headwater.example.com",
    "HTTPS": "on",
    "EMAIL_URL": "smtp://mail.example.com:587",
}
# Not settings: what tells Django where they are, and what tells the machine where programs are.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "PATH"}


def variables_read() -> set[str]:
    """Every name that the code asks the environment for."""
    asked = re.compile(r"""(?:environ(?:\.get\(|\[)|environment\.\w+\(\s*)["']([A-Z_]+)["']""")
    files = [ROOT / "manage.py"]
    for app in ["config", "accounts", "catalog", "lineage"]:
        files += (ROOT / app).rglob("*.py")
    return {name for file in files for name in asked.findall(file.read_text())} - NOT_SETTINGS


@pytest.mark.slow
def test_production_settings_pass_djangos_deployment_check(db):
    """On the test's own server: some checks ask it what it can."""
    database = settings.DATABASES["default"]
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    environ = {**os.environ, "DATABASE_URL": url, **PRODUCTION}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level=INFO"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_servers_that_share_a_database_must_be_given_their_key(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert not check_secret_key_is_given()
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/headwater")
    assert [problem.id for problem in check_secret_key_is_given()] == ["headwater.E001"]
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    assert not check_secret_key_is_given()


def test_the_readme_documents_every_variable_and_no_other():
    readme = (ROOT / "README.md").read_text()
    table = readme.partition("## Settings")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert documented == variables_read()


def test_static_urls_change_with_the_files(tmp_path):
    (tmp_path / "uv.lock").write_text("")
    style = tmp_path / "static" / "css" / "app.css"
    style.parent.mkdir(parents=True)
    style.write_text("a {}")
    before = static_version(tmp_path)
    assert static_version(tmp_path) == before
    style.write_text("b {}")
    assert static_version(tmp_path) != before


def test_static_files_come_without_collecting_and_may_be_kept_for_ever(client):
    response = client.get(f"{settings.STATIC_URL}css/app.css")
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert response.getvalue() == (ROOT / "static/css/app.css").read_bytes()
