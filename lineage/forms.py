"""What the URLs of list pages say: their filters, read forgivingly.

A page is shown whatever its URL holds: what cannot be read is left out. (The API refuses it.)
"""

import re
from datetime import datetime, timedelta
from typing import cast

from django.http import QueryDict
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter, FilterSet

from accounts.access import Access
from lineage.models import Flow
from lineage.models.flows import FlowQuerySet
from lineage.models.runs import State
from lineage.queries.flow_search import documented, saying
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


class FlowFilters(FilterSet):
    """`ns` includes its children; `q`: part of the id or the description, and `ns:…` typed among
    the words; `registered`: yes or no. `qs` is what the reader lists and these let through."""

    ns = CharFilter(method="below")
    q = CharFilter(method="saying")
    registered = ChoiceFilter(choices=[("yes", "With YAML"), ("no", "Without")], method="known")

    def __init__(self, params: QueryDict, access: Access) -> None:
        typed, words = tokens(text(params, "q"))
        said = {
            "ns": dict(typed).get("ns") or text(params, "ns"),
            "q": words,
            "registered": text(params, "registered"),
        }
        super().__init__(said, queryset=documented(Flow.objects.listed_to(access)))
        self.access = access

    def below(self, rows: FlowQuerySet, name: str, namespace: str) -> FlowQuerySet:
        return cast(FlowQuerySet, rows.in_namespace(self.access, namespace))

    def saying(self, rows: FlowQuerySet, name: str, words: str) -> FlowQuerySet:
        return rows.filter(saying(words))

    def known(self, rows: FlowQuerySet, name: str, answer: str) -> FlowQuerySet:
        return rows.filter(revision__gt=0) if answer == "yes" else rows.filter(revision=0)
