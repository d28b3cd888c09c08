"""What the URLs of list pages say: their filters, read forgivingly.

A page is shown whatever its URL holds: what cannot be read is left out. (The API refuses it.)
"""

import re
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone

from lineage.models.runs import State
from lineage.queries.flows import FlowFilter
from lineage.queries.runs import ExecutionFilter

#: Name in the URL → how far back.
PERIODS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
#: `ns:company.data flow:build_orders state:failed label.env:prod`, typed into the search field.
TOKEN = re.compile(r"(?<!\S)(ns|flow|state|label\.[^\s:]+):(\S+)")
_LONGEST = 200


def text(params: QueryDict, name: str) -> str:
    """One value without what PostgreSQL refuses, cut to a sensible length."""
    return params.get(name, "").replace("\0", "").strip()[:_LONGEST]


def execution_filter(params: QueryDict, now: datetime | None = None) -> ExecutionFilter:
    """`state` (repeatable), `ns`, `flow`, `label` (`key=value`, repeatable), `period`, `q`."""
    typed, words = tokens(text(params, "q"))
    states = [*params.getlist("state"), *(value for name, value in typed if name == "state")]
    asked = dict(typed)
    labels = [label.partition("=") for label in params.getlist("label")]
    labels += [
        (name.removeprefix("label."), "=", value)
        for name, value in typed
        if name.startswith("label.")
    ]
    period = PERIODS.get(params.get("period", ""))
    return ExecutionFilter(
        states=tuple(sorted({s.upper() for s in states} & set(State.values))),
        namespace=asked.get("ns") or text(params, "ns"),
        flow=asked.get("flow") or text(params, "flow"),
        since=(now or timezone.now()) - period if period else None,
        labels={plain(key): plain(value) for key, _, value in labels if plain(key)},
        q=words,
    )


def tokens(typed: str) -> tuple[list[tuple[str, str]], str]:
    """What was typed into the search field → (name, value) pairs, and the words left over."""
    return TOKEN.findall(typed), " ".join(TOKEN.sub(" ", typed).split())


def plain(value: str) -> str:
    return value.replace("\0", "").strip()[:_LONGEST]


def flow_filter(params: QueryDict) -> FlowFilter:
    """`ns`, `q`, `registered` (yes or no)."""
    typed, words = tokens(text(params, "q"))
    return FlowFilter(
        namespace=dict(typed).get("ns") or text(params, "ns"),
        q=words,
        registered={"yes": True, "no": False}.get(params.get("registered", "")),
    )
