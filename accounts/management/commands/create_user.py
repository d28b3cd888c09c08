"""Make somebody who can sign in. Without --password one is asked for, or made up and printed."""

from argparse import ArgumentParser
from typing import Any

from accounts import actions
from accounts.management.lookups import ActionCommand, chosen_password
from accounts.models import User


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--password", help="visible to others on this machine: better typed")

    def act(self, options: dict[str, Any]) -> None:
        email = options["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            return self.say(f"{email} exists already.")
        password, made_up = chosen_password(options["password"])
        actions.create_person(email, password, name=options["name"])
        return self.say(f"Made {email}" + (f" with the password {password}" if made_up else "."))
