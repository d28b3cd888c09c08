"""Make the first admin: of the whole instance, and of a tenant, which is made if need be."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import ActionCommand, add_tenant, chosen_password, role_in
from accounts.models import Tenant, User


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        add_tenant(parser)
        parser.add_argument("--name", default="")
        parser.add_argument("--password", help="visible to others on this machine: better typed")

    def act(self, options: dict[str, Any]) -> None:
        email, slug = options["email"].strip().lower(), options["tenant"]
        tenant = Tenant.objects.filter(slug=slug).first() or actions.create_tenant(slug)
        user = User.objects.filter(email=email).first()
        shown = "."
        if user is None:
            password, made_up = chosen_password(options["password"])
            user = actions.create_person(email, password, name=options["name"], admin=True)
            shown = f" with the password {password}" if made_up else "."
        actions.make_instance_admin(user)
        actions.bind(user, role_in(tenant, "Admin"))
        self.say(f"{email} is admin of the instance and of tenant “{slug}”{shown}")
