"""Who the demo is about: a river freight line and the small yard it bought, told by their flows.

`flows/<tenant>/` holds what the two post, `runs/<tenant>/` what is known of how the runs went:
durations, outputs, mishaps. Adding a flow to the demo is adding a file to each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Template
from typing import Any

import yaml

HERE = Path(__file__).parent

#: slug → name; the name also tells the demo's tenants from somebody's own of the same slug.
TENANTS: Mapping[str, str] = {"main": "Heron Line", "other": "Weir Street Yard"}

#: What the 200 customers are called: a family, and what it has carried.
# fmt: off
FAMILIES = (
    "Anders", "Bauer", "Castellane", "Dekker", "Engels", "Falk", "Groen", "Hartmann", "Iversen",
    "Jansen", "Keller", "Lindqvist", "Moreau", "Nagel", "Okafor", "Pieters", "Reinhardt",
    "Schipper", "Thorsen", "Voss",
)
TRADES = (
    "Gravel", "Grain", "Steel", "Timber", "Fuels", "Containers", "Chemicals", "Salt", "Cement",
    "Scrap",
)
# fmt: on
CURRENCIES = ("EUR", "EUR", "CHF", "EUR", "GBP", "EUR", "PLN", "EUR", "SEK", "CZK")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo: `roles` are (tenant, role, namespace or "" for all of it)."""

    email: str
    name: str
    role: str
    roles: tuple[tuple[str, str, str], ...]
    instance_admin: bool = False


#: `role` is what `.headwater/demo.json` calls them (DESIGN §6).
PEOPLE = (
    Person(
        "ingrid.solberg@heronline.example",
        "Ingrid Solberg",
        "instance_admin",
        (("main", "Admin", ""), ("other", "Admin", "")),
        instance_admin=True,
    ),
    Person("mira.okafor@heronline.example", "Mira Okafor", "admin", (("main", "Admin", ""),)),
    Person("jonas.falk@heronline.example", "Jonas Falk", "editor", (("main", "Editor", ""),)),
    Person(
        "lea.moreau@heronline.example",
        "Lea Moreau",
        "viewer",
        (("main", "Viewer", "company.data"),),
    ),
    Person("agnes.weir@weirstreet.example", "Agnes Weir", "outsider", (("other", "Admin", ""),)),
)

#: name → (role, what it is for), tenant-wide in every tenant that is listed with it.
SERVICE_ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "orchestrator": ("Ingest", "Posts flows and executions, and may read nothing."),
    "catalog-admin": ("Admin", "Runs the governance scripts."),
    "catalog-editor": ("Editor", "Writes descriptions from the wiki into the catalog."),
    "catalog-viewer": ("Viewer", "Answers the chat bot's questions."),
}
#: What `.headwater/demo.json` calls the tokens → whose token it is.
TOKENS: Mapping[str, str] = {
    "admin": "catalog-admin",
    "editor": "catalog-editor",
    "viewer": "catalog-viewer",
    "ingest": "orchestrator",
}


@dataclass(frozen=True, slots=True)
class Script:
    """A flow of the demo and how its runs went.

    `sources`: its revisions, oldest first, as YAML text; none for a flow that nobody registered.
    `flow`: the newest, parsed. `runs`: the file of `runs/`, explained in `lineage.demo.playing`.
    """

    sources: tuple[str, ...]
    flow: Mapping[str, Any]
    runs: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.flow["namespace"], self.flow["id"]


def scripts(tenant: str) -> list[Script]:
    """Everything that runs in a tenant, in a fixed order."""
    written = [_written(path) for path in sorted((HERE / "runs" / tenant).glob("*.yaml"))]
    return [*written, *(statements() if tenant == "main" else ())]


def _written(path: Path) -> Script:
    runs = _load(path.read_text())
    if "flow" in runs:
        return Script((), runs["flow"], runs)
    folder = HERE / "flows" / path.parent.name
    paths = [*sorted(folder.glob(f"{path.stem}@*.yaml")), folder / path.name]
    sources = tuple(each.read_text() for each in paths)
    return Script(sources, _load(sources[-1]), runs)


def statements() -> Iterator[Script]:
    """A small flow for each customer, all from one template: the readers of the exchange rates."""
    template = Template((HERE / "flows" / "statement.template.yaml").read_text())
    runs = _load((HERE / "runs" / "statement.yaml").read_text())
    for number, (family, trade) in enumerate(product(FAMILIES, TRADES)):
        source = template.substitute(
            name=f"{family} {trade}",
            slug=f"{family}_{trade}".lower(),
            currency=CURRENCIES[number * 7 % len(CURRENCIES)],
            weekday=1 + number % 5,
            hour=6 + number // 5 % 4,
            minute=number * 13 % 60,
        )
        yield Script((source,), _load(source), runs)


def _load(text: str) -> dict[str, Any]:
    return yaml.load(text, Loader=yaml.CSafeLoader)
