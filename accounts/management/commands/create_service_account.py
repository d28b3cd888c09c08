"""Make a principal for a machine. Give it a role with `grant`, a token with `create_token`."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import ActionCommand, add_tenant, tenant_of


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="lower-case letters and digits in words joined by -")
        add_tenant(parser)
        parser.add_argument("--description", default="")

    def act(self, options: dict[str, Any]) -> None:
        tenant, name = tenant_of(options), options["name"]
        if tenant.service_accounts.filter(name=name).exists():
            return self.say(f"Service account “{name}” exists already in “{tenant.slug}”.")
        actions.create_service_account(tenant, name, options["description"])
        return self.say(f"Made service account “{name}” in “{tenant.slug}”.")
