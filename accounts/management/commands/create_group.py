"""Make a group, or add members to it."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import ActionCommand, add_tenant, person, tenant_of


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        add_tenant(parser)
        parser.add_argument("--member", action="append", default=[], metavar="EMAIL")

    def act(self, options: dict[str, Any]) -> None:
        tenant, name = tenant_of(options), options["name"]
        group = tenant.groups.filter(name=name).first() or actions.create_group(tenant, name)
        members = [person(email) for email in options["member"]]
        actions.add_members(group, members)
        self.say(f"Group “{name}” in “{tenant.slug}” has {group.memberships.count()} members.")
