"""The cast: who asks in the tests. Tenant `main` is acme's; `other` is somebody else's.

anonymous       nobody
outsider        Admin of `other`, nothing in `main`
viewer          Viewer of `company.data` in `main`
editor          Editor of `main`
ingest          a service account with the role Ingest in `main`
admin           Admin of `main`
instance_admin  instance admin, without any binding in `main`
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import actions
from accounts.access import Access, access_of
from accounts.models import Role, Tenant, User
from tests.world import World, make_world

PEOPLE = ("anonymous", "outsider", "viewer", "editor", "ingest", "admin", "instance_admin")
PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """Tenants and principals by name, with their clients."""

    main: Tenant
    other: Tenant
    users: dict[str, User]
    tokens: dict[str, str] = field(default_factory=dict)

    def access(self, name: str, tenant: Tenant | None = None) -> Access:
        return access_of(self.users[name], tenant or self.main)

    def browser(self, name: str) -> Client:
        """A logged-in browser session (service accounts have none: they stay anonymous)."""
        client = Client()
        if name in self.users and not self.users[name].is_service_account:
            client.force_login(self.users[name])
        return client

    def api(self, name: str) -> APIClient:
        """An API client with a bearer token."""
        client = APIClient()
        if name in self.users:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token(name)}")
        return client

    def token(self, name: str) -> str:
        if name not in self.tokens:
            self.tokens[name] = actions.issue_token(self.users[name], "test")[1]
        return self.tokens[name]


def role(tenant: Tenant, name: str) -> Role:
    return Role.objects.get(tenant=tenant, name=name)


def make_cast() -> Cast:
    main, other = actions.create_tenant("main", "Acme"), actions.create_tenant("other")
    users = {
        name: actions.create_person(f"{name}@example.com", None, name=name.title())
        for name in ("outsider", "viewer", "editor", "admin")
    }
    users["instance_admin"] = actions.create_person("root@example.com", None, admin=True)
    users["ingest"] = actions.create_service_account(main, "kestra")
    actions.bind(users["outsider"], role(other, "Admin"))
    actions.bind(users["viewer"], role(main, "Viewer"), "company.data")
    actions.bind(users["editor"], role(main, "Editor"))
    actions.bind(users["admin"], role(main, "Admin"))
    actions.bind(users["ingest"], role(main, "Ingest"))
    return Cast(main, other, users)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def world(cast: Cast) -> World:
    """The cast with a handful of things in `main`."""
    return make_world(cast)


@pytest.fixture
def grant(cast: Cast) -> Callable[..., User]:
    """`grant("dora", "Viewer", "company.a")`: a new person with that role there."""

    def make(name: str, role_name: str, namespace: str = "") -> User:
        user = actions.create_person(f"{name}@example.com", None, name=name)
        actions.bind(user, role(cast.main, role_name), namespace)
        cast.users[name] = user
        return user

    return make
