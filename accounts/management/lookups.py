"""What the commands share: finding what their arguments name, and errors a person can act on."""

import secrets
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Group, Role, Tenant, User


class ActionCommand(BaseCommand):
    """A command over one action: `act` runs in a transaction, what it refuses is a plain line.

    Making what is there already is no error, so that a provisioning script may run twice.
    """

    requires_system_checks: list[str] = []  # noqa: RUF012 a start-up script should not wait

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                self.act(options)
        except ValidationError as error:
            raise CommandError(sentence(error)) from error

    def act(self, options: dict[str, Any]) -> None:
        raise NotImplementedError

    def say(self, line: str) -> None:
        self.stdout.write(line)


def sentence(error: ValidationError) -> str:
    """`email: Enter a valid email address.`, one line a message."""
    if not hasattr(error, "error_dict"):
        return "\n".join(error.messages)
    return "\n".join(
        message if field == "__all__" else f"{field}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    )


def add_tenant(parser: ArgumentParser) -> None:
    parser.add_argument("--tenant", default="main", help="the tenant's slug (default: main)")


def add_principal(parser: ArgumentParser, *, groups: bool) -> None:
    """`--user`, `--service-account` and maybe `--group`, of which one must be given."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="EMAIL", help="a person")
    who.add_argument("--service-account", metavar="NAME", help="a service account of the tenant")
    if groups:
        who.add_argument("--group", metavar="NAME", help="a group of the tenant")


def tenant_of(options: dict[str, Any]) -> Tenant:
    slug = options["tenant"]
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no tenant “{slug}”. Make it with: create_tenant {slug}")
    return tenant


def role_in(tenant: Tenant, name: str) -> Role:
    roles = {role.name.lower(): role for role in tenant.roles.all()}
    if name.lower() not in roles:
        names = ", ".join(sorted(role.name for role in roles.values()))
        raise CommandError(f"There is no role “{name}” in “{tenant.slug}”. There are: {names}.")
    return roles[name.lower()]


def principal_in(tenant: Tenant, options: dict[str, Any]) -> User | Group:
    """The one that `add_principal` was given."""
    if name := options.get("group"):
        group = tenant.groups.filter(name=name).first()
        return group or missing("group", name, f"create_group {name} --tenant {tenant.slug}")
    return user_in(tenant, options)


def user_in(tenant: Tenant, options: dict[str, Any]) -> User:
    if name := options.get("service_account"):
        account = tenant.service_accounts.filter(name=name).first()
        hint = f"create_service_account {name} --tenant {tenant.slug}"
        return account or missing("service account", name, hint)
    return person(options["user"])


def person(email: str) -> User:
    found = User.objects.filter(email=email.strip().lower()).first()
    return found or missing("person", email, f"create_user {email}")


def missing(kind: str, name: str, command: str) -> Any:
    raise CommandError(f"There is no {kind} “{name}”. Make it with: {command}")


def chosen_password(given: str | None) -> tuple[str, bool]:
    """(the password, whether it was generated and has to be shown)."""
    if given:
        return given, False
    if sys.stdin.isatty() and (typed := getpass("Password (empty: make one up): ")):
        if typed != getpass("Once more: "):
            raise CommandError("These were not the same.")
        return typed, False
    return secrets.token_urlsafe(12), True
