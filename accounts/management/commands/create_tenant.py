"""Make a tenant with its managed roles."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import ActionCommand
from accounts.models import Tenant


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "slug", help="stands in every URL: lower-case letters, digits, - and _"
        )
        parser.add_argument("--name", default="", help="what people call it")

    def act(self, options: dict[str, Any]) -> None:
        slug = options["slug"]
        if Tenant.objects.filter(slug=slug).exists():
            return self.say(f"Tenant “{slug}” exists already.")
        actions.create_tenant(slug, options["name"])
        return self.say(f"Made tenant “{slug}”.")
