"""The commands that make who there is: what they print, make, refuse, and do twice."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.access import access_of
from accounts.models import Tenant, User
from accounts.permissions import Action, Resource
from tests.conftest import Cast

PASSWORD = "correct horse battery"


def run(line: str) -> tuple[str, str]:
    """(stdout, stderr) of `manage.py <line>`."""
    out, err = StringIO(), StringIO()
    call_command(*line.split(), stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def test_the_first_admin_comes_with_everything(db: None):
    said, _ = run("create_admin Root@Example.com --tenant acme")
    password = re.search(r"with the password (\S+)$", said)[1]
    root = User.objects.get(email="root@example.com")
    assert root.is_instance_admin and root.check_password(password)
    assert access_of(root, Tenant.objects.get(slug="acme")).may(Resource.ROLE, Action.CREATE)


def test_an_admin_made_twice_keeps_the_password(db: None):
    call_command("create_admin", "root@example.com", password=PASSWORD, stdout=StringIO())
    said, _ = run("create_admin root@example.com")
    assert "password" not in said
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_makes_nothing(db: None):
    with pytest.raises(CommandError, match="too short"):
        run("create_admin root@example.com --password short")
    assert not User.objects.exists() and not Tenant.objects.exists()


def test_what_the_readme_says_to_type(db: None):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    section = readme.split("## People, machines and grants")[1].split("\n## ")[0]
    lines = re.findall(r"^uv run manage.py ([^#\n]+)", section, re.M)
    assert len(lines) == 7
    for line in lines:
        run(line)
    main = Tenant.objects.get(slug="main")
    dora, kestra = User.objects.get(email="dora@example.com"), User.objects.get(name="kestra")
    assert access_of(dora, main).may(Resource.ASSET, Action.VIEW, "company.data.marts")
    assert not access_of(dora, main).may(Resource.ASSET, Action.VIEW, "company.finance")
    assert access_of(kestra, main).may(Resource.EXECUTION, Action.INGEST)


@pytest.mark.parametrize(
    "line",
    [
        "create_tenant main",
        "create_user viewer@example.com",
        "create_group team --member viewer@example.com",
        "create_service_account kestra",
        "grant Viewer --user viewer@example.com --namespace company.data",
    ],
)
def test_twice_is_once(cast: Cast, line: str):
    run(line)
    said, _ = run(line)
    assert said


def test_a_token_goes_alone_to_stdout(cast: Cast):
    token, said = run("create_token ci --service-account kestra --expires 90d")
    assert re.fullmatch(r"hw_[0-9a-zA-Z]+", token)
    assert "not shown again" in said and token not in said
    answer = cast.api("anonymous").post(
        "/api/v1/main/executions", [], "json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code != 401


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("create_tenant API", "slug: Use lower-case letters"),
        ("create_user nonsense", "email: Enter a valid email address"),
        ("create_group team --tenant nowhere", "create_tenant nowhere"),
        ("grant Boss --user viewer@example.com", "There are: Admin, Editor, Ingest, Viewer"),
        ("grant Viewer --user nobody@example.com", "create_user nobody@example.com"),
        ("grant Viewer --group nobody", "create_group nobody --tenant main"),
        ("grant Viewer --service-account nobody", "create_service_account nobody"),
        ("grant Viewer --user viewer@example.com --namespace A", "namespace: Use lower-case"),
        ("grant Viewer", "one of the arguments"),
        ("create_token ci --user viewer@example.com --expires soon", "such as 90d"),
        ("create_token Bad! --user viewer@example.com", "name: Use lower-case"),
    ],
)
def test_what_is_wrong_is_said_plainly(cast: Cast, line: str, message: str):
    with pytest.raises(CommandError, match=re.escape(message)):
        run(line)


def test_settings_are_shown_and_changed(cast: Cast):
    off = "infers-sql: off\nrequires-existing-namespaces: off"
    assert run("tenant_settings")[0] == off
    assert run("tenant_settings --infers-sql on")[0] == off.replace("off", "on", 1)
    assert run("tenant_settings --tenant other")[0] == off
    with pytest.raises(CommandError, match="create_tenant gone"):
        run("tenant_settings --tenant gone")
