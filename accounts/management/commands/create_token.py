"""Make an API token for a service account or a person. It is printed once, and only its hash kept.

The token alone goes to stdout, so that TOKEN=$(manage.py create_token …) works.
"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from accounts import actions
from accounts.management.lookups import (
    ActionCommand,
    add_principal,
    add_tenant,
    tenant_of,
    user_in,
)
from accounts.words import lifetime


def expiry(text: str) -> timedelta:
    try:
        return lifetime(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="tells the principal's tokens apart")
        add_tenant(parser)
        add_principal(parser, groups=False)
        parser.add_argument("--expires", type=expiry, help="e.g. 90d, 12h; never without it")

    def act(self, options: dict[str, Any]) -> None:
        user = user_in(tenant_of(options), options)
        row, token = actions.issue_token(user, options["name"], lasts=options["expires"])
        until = f"expires {row.expiry:%Y-%m-%d %H:%M} UTC" if row.expiry else "does not expire"
        self.stderr.write(f"Token “{row.name}” of {user.label}: {until}. It is not shown again.")
        self.say(token)
