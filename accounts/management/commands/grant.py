"""Give a role to a person, a group or a service account, in a namespace or in the whole tenant."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import (
    ActionCommand,
    add_principal,
    add_tenant,
    principal_in,
    role_in,
    tenant_of,
)


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "role", help="Admin, Editor, Viewer, Ingest, or one of the tenant's own"
        )
        add_tenant(parser)
        add_principal(parser, groups=True)
        parser.add_argument("--namespace", default="", help="with its children; else everywhere")

    def act(self, options: dict[str, Any]) -> None:
        tenant = tenant_of(options)
        role, principal = role_in(tenant, options["role"]), principal_in(tenant, options)
        actions.bind(principal, role, options["namespace"])
        where = f"“{options['namespace']}” of " if options["namespace"] else ""
        self.say(f"{principal} has the role {role.name} in {where}tenant “{tenant.slug}”.")
