"""Brings the demo in: principals first, then every flow and execution as a client would post them.

All of it is one transaction, so a demo is there or it is not.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

from django.db import transaction

from accounts import actions
from accounts.access import Access, access_of
from accounts.models import Role, Tenant, User
from lineage.demo import telling
from lineage.demo.clearing import TenantTaken, clear_demo, demo_tenants
from lineage.demo.company import PEOPLE, SERVICE_ACCOUNTS, TENANTS, TOKENS, Person, scripts
from lineage.demo.history import executions
from lineage.naming_rules import RuleBody, create_rule
from lineage.recording import record_executions
from lineage.recording.openlineage import record_events
from lineage.registering import register_flow

__all__ = ["DemoAccounts", "DemoUser", "TenantTaken", "load_demo"]

BATCH = 500
POSTER = "orchestrator"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can log in; `role` as DESIGN §6 names it."""

    email: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """What `.headwater/demo.json` holds, but for the url. `tokens`: role → bearer token."""

    tenant: str
    tokens: Mapping[str, str]
    users: tuple[DemoUser, ...]


def load_demo(*, reset: bool) -> DemoAccounts | None:
    """Make the demo, with new secrets; None when it is there already and `reset` is off.

    `reset` deletes the demo's tenants and people first. Raises TenantTaken, before anything is
    touched, when a tenant of that name is not the demo's.
    """
    if is_loaded() and not reset:
        return None
    clear_demo()
    with transaction.atomic():
        accounts = make_accounts()
        for slug in TENANTS:
            post_everything(slug, datetime.now(UTC))
    return accounts


def is_loaded() -> bool:
    """Whether the whole demo is there; half of one, left by an interrupted reset, is not."""
    people = User.objects.filter(email__in=[person.email for person in PEOPLE])
    return len(demo_tenants()) == len(TENANTS) and people.count() == len(PEOPLE)


def make_accounts() -> DemoAccounts:
    """Tenants, people and service accounts, with their roles and fresh secrets."""
    tenants = {slug: actions.create_tenant(slug, name) for slug, name in TENANTS.items()}
    tokens = {slug: make_service_accounts(tenant) for slug, tenant in tenants.items()}
    return DemoAccounts(
        tenant="main",
        tokens={role: tokens["main"][name] for role, name in TOKENS.items()},
        users=tuple(make_person(person, tenants) for person in PEOPLE),
    )


def make_service_accounts(tenant: Tenant) -> dict[str, str]:
    """name → its token, which is shown this once."""
    tokens = {}
    for name, (role, description) in SERVICE_ACCOUNTS.items():
        account = actions.create_service_account(tenant, name, description)
        actions.bind(account, role_of(tenant, role))
        _, tokens[name] = actions.issue_token(account, "demo")
    return tokens


def make_person(person: Person, tenants: Mapping[str, Tenant]) -> DemoUser:
    password = secrets.token_urlsafe(15)
    user = actions.create_person(
        person.email, password, name=person.name, admin=person.instance_admin
    )
    for slug, role, namespace in person.roles:
        actions.bind(user, role_of(tenants[slug], role), namespace)
    return DemoUser(person.email, password, person.role)


def role_of(tenant: Tenant, name: str) -> Role:
    return Role.objects.get(tenant=tenant, name=name)


def post_everything(slug: str, now: datetime) -> None:
    """The flows and thirty days of executions of one tenant, posted with its Ingest account."""
    access = account(POSTER, slug)
    written = scripts(slug)
    for script in written:
        for source in script.sources:
            register_flow(access, source, replace=source != script.sources[0])
    for batch in batched(executions(written, now), BATCH):
        refused = [result for result in record_executions(access, batch) if result.reason]
        if refused:
            raise RuntimeError(f"The demo's own execution was refused: {refused[0]}")
    if slug == "main":
        for rule in telling.told()["rules"]:
            create_rule(account("catalog-admin", slug), RuleBody(**rule))
        tell_openlineage(account(POSTER, slug), now)


def tell_openlineage(access: Access, now: datetime) -> None:
    """What OpenLineage clients of the tenant tell."""
    for batch in batched(telling.events(now), BATCH):
        refused = [outcome for outcome in record_events(access, list(batch)) if outcome.reason]
        if refused:
            raise RuntimeError(f"The demo's own event was refused: {refused[0]}")


def account(name: str, slug: str) -> Access:
    found = User.objects.get(service_account_of__slug=slug, name=name)
    return access_of(found, Tenant.objects.get(slug=slug))
