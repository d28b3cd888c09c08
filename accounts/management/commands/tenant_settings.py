"""Show the settings of a tenant, or change those that are given."""

from argparse import ArgumentParser
from typing import Any

from accounts.management.lookups import ActionCommand, add_tenant, tenant_of
from accounts.settings import SETTINGS, set_settings


class Command(ActionCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_tenant(parser)
        for column, text in HELP.items():
            option = f"--{column.replace('_', '-')}"
            parser.add_argument(option, choices=("on", "off"), help=text)

    def act(self, options: dict[str, Any]) -> None:
        said = {name: options[column] for name, column in SETTINGS.items()}
        changes = {name: value == "on" for name, value in said.items() if value}
        for name, value in set_settings(tenant_of(options), changes).items():
            self.say(f"{SETTINGS[name].replace('_', '-')}: {'on' if value else 'off'}")


HELP = {
    "infers_sql": "read lineage from the SQL of tasks and triggers that do not say enableAuto"
    " themselves",
    "requires_existing_namespaces": "refuse what comes in a namespace that nobody has made",
}
