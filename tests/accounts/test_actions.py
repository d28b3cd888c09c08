"""Making tenants, principals and grants: what is made, and what is refused."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts import actions
from accounts.models import Binding, Tenant, User
from accounts.permissions import ACTIONS, MANAGED_ROLES, Action, Resource
from tests.conftest import Cast, role


def test_a_tenant_comes_with_its_managed_roles(db: None):
    tenant = actions.create_tenant("acme")
    assert {r.name for r in tenant.roles.filter(is_managed=True)} == set(MANAGED_ROLES)


@pytest.mark.parametrize(
    "slug", ["", "Acme", "a b", "-a", "api", "accounts", "a" * 64, "ä", "a\n"]
)
def test_a_slug_that_would_not_work_in_a_url_is_refused(db: None, slug: str):
    with pytest.raises(ValidationError):
        actions.create_tenant(slug)
    assert not Tenant.objects.exists()


def test_a_taken_slug_is_refused(cast: Cast):
    with pytest.raises(ValidationError):
        actions.create_tenant("main")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("not an address", None),
        ("VIEWER@example.com", None),
        ("new@example.com", "short"),
        ("new@example.com", "password"),
        ("new@example.com", "12345678901"),
        ("marathon@example.com", "marathon@example"),
    ],
)
def test_a_person_needs_an_address_and_a_password_worth_the_name(
    cast: Cast, email: str, password: str | None
):
    count = User.objects.count()
    with pytest.raises(ValidationError):
        actions.create_person(email, password)
    assert User.objects.count() == count


def test_an_instance_admin_is_a_person(cast: Cast):
    actions.make_instance_admin(cast.users["editor"])
    assert User.objects.get(email="editor@example.com").is_instance_admin
    with pytest.raises(ValidationError):
        actions.make_instance_admin(cast.users["ingest"])


@pytest.mark.parametrize("name", ["", "Has Space", "-a", "a--b", "a" * 64])
def test_a_service_account_has_a_plain_name(cast: Cast, name: str):
    with pytest.raises(ValidationError):
        actions.create_service_account(cast.main, name)


def test_a_service_account_name_is_taken_once_a_tenant(cast: Cast):
    actions.create_service_account(cast.other, "kestra")
    with pytest.raises(ValidationError):
        actions.create_service_account(cast.main, "kestra")


def test_binding_twice_is_once(cast: Cast):
    count = Binding.objects.count()
    viewer = role(cast.main, "Viewer")
    assert actions.bind(cast.users["viewer"], viewer, "company.data").pk
    assert Binding.objects.count() == count


@pytest.mark.parametrize("namespace", ["Company", "a b", ".a", "a" * 151])
def test_a_binding_names_a_possible_namespace(cast: Cast, namespace: str):
    with pytest.raises(ValidationError):
        actions.bind(cast.users["viewer"], role(cast.main, "Viewer"), namespace)


def foreign(cast: Cast) -> dict[str, Any]:
    theirs = actions.create_service_account(cast.other, "theirs")
    return {
        "a foreign group": lambda: actions.bind(
            actions.create_group(cast.other, "theirs"), role(cast.main, "Viewer")
        ),
        "a foreign service account": lambda: actions.bind(theirs, role(cast.main, "Viewer")),
        "a foreign member": lambda: actions.create_group(cast.main, "ours", [theirs]),
    }


@pytest.mark.parametrize(
    "case", ["a foreign group", "a foreign service account", "a foreign member"]
)
def test_nothing_crosses_tenants(cast: Cast, case: str):
    with pytest.raises(ValidationError, match="another tenant"):
        foreign(cast)[case]()


def test_adding_a_member_twice_is_once(cast: Cast):
    team = actions.create_group(cast.main, "team", [cast.users["viewer"]])
    actions.add_members(team, [cast.users["viewer"], cast.users["editor"]])
    assert team.memberships.count() == 2


@pytest.mark.parametrize("name", MANAGED_ROLES)
def test_managed_roles_name_only_what_makes_sense(name: str):
    for resource, granted in MANAGED_ROLES[name].items():
        assert set(granted) <= set(ACTIONS[Resource(resource)])


def test_the_ingest_role_cannot_read():
    granted = {action for actions_ in MANAGED_ROLES["Ingest"].values() for action in actions_}
    assert granted.isdisjoint({Action.VIEW, Action.LIST, Action.DELETE})
