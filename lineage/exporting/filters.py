"""What an exporter leaves out: Kestra's filters (K4.5), and states and a time besides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.access import Access, covers
from catalog.asset_types import spellings
from catalog.models import Namespace
from catalog.reading.rules import validate_namespace
from lineage.kestra.values import as_time
from lineage.models.runs import State
from lineage.models.traces import LineageEventQuerySet
from lineage.openlineage.outgoing.shipped import ShippedAsset

NAMESPACES = ("assetNamespace", "flowNamespace")
TEXTS = ("flowId", "taskId")
LISTS = ("assetTypes", "states")
KNOWN = (*NAMESPACES, *TEXTS, *LISTS, "since")
MAX_ITEMS, MAX_LENGTH = 50, 250


@dataclass(frozen=True, slots=True)
class Filters:
    """Namespaces include those below. Nothing said: nothing is left out."""

    asset_namespace: str = ""
    asset_types: frozenset[str] = field(default_factory=frozenset)
    flow_namespace: str = ""
    flow_id: str = ""
    task_id: str = ""
    states: tuple[str, ...] = ()
    since: datetime | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Filters":
        """Of what `read_filters` has let through."""
        return cls(
            asset_namespace=stored.get("assetNamespace", ""),
            asset_types=frozenset(s for t in stored.get("assetTypes", ()) for s in spellings(t)),
            flow_namespace=stored.get("flowNamespace", ""),
            flow_id=stored.get("flowId", ""),
            task_id=stored.get("taskId", ""),
            states=tuple(stored.get("states", ())),
            since=as_time(stored.get("since")),
        )

    def narrowed(self, rows: LineageEventQuerySet, access: Access) -> LineageEventQuerySet:
        """Without what its run says against it."""
        asked: dict[str, Any] = {}
        if self.flow_namespace:
            asked["execution__namespace__in"] = self._below(access)
        if self.flow_id:
            asked["execution__flow__public_id"] = self.flow_id
        if self.task_id:
            asked["task_run__task_id"] = self.task_id
        if self.states:
            asked["state__in"] = self.states
        if self.since:
            asked["at__gte"] = self.since
        return rows.filter(**asked) if asked else rows

    def of_edges(self, rows: Any, access: Access) -> Any:
        """Of stated edges; states are of runs, and what no job does has no flow to ask for."""
        asked: dict[str, Any] = {}
        if self.flow_namespace:
            asked["flow__namespace__in"] = self._below(access)
        if self.flow_id:
            asked["flow__public_id"] = self.flow_id
        if self.task_id:
            asked["task_id"] = self.task_id
        if self.since:
            asked["last_seen__gte"] = self.since
        return rows.filter(**asked) if asked else rows

    def _below(self, access: Access) -> Any:
        below = Namespace.objects.unscoped("narrows an already scoped query")
        return below.filter(tenant=access.tenant).under(self.flow_namespace).values("pk")

    def let_through(self, assets: Iterable[ShippedAsset]) -> bool:
        """Whether one of the assets that a run touched is meant."""
        if not (self.asset_namespace or self.asset_types):
            return True
        return any(self._means(asset) for asset in assets)

    def _means(self, asset: ShippedAsset) -> bool:
        if self.asset_types and asset.type not in self.asset_types:
            return False
        return not self.asset_namespace or (
            asset.namespace is not None and covers(self.asset_namespace, asset.namespace)
        )


def read_filters(value: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """(filters to store, [{"field", "message"}] of what is wrong)"""
    if not isinstance(value, Mapping):
        return {}, [_wrong("", "A map of filters.")]
    said = {key: item for key, item in value.items() if item not in (None, "", [])}
    found, errors = {}, []
    for key, item in said.items():
        problem = _problem(key, item)
        if problem:
            errors.append(_wrong(key, problem))
        found[key] = item
    return ({} if errors else found), errors


def _wrong(key: str, message: str) -> dict[str, str]:
    return {"field": f"filters.{key[:100]}".rstrip("."), "message": message}


def _problem(key: str, item: Any) -> str:
    if key in LISTS:
        return _list_problem(key, item)
    if key not in KNOWN:
        return f"Unknown. Supported: {', '.join(KNOWN)}."
    if not isinstance(item, str) or len(item) > MAX_LENGTH or "\0" in item:
        return f"Text of at most {MAX_LENGTH} characters."
    if key in NAMESPACES and (message := validate_namespace(item)):
        return f"A namespace {message}."
    if key == "since" and as_time(item) is None:
        return "An ISO 8601 time such as 2026-11-21T08:00:00Z."
    return ""


def _list_problem(key: str, item: Any) -> str:
    if not isinstance(item, list) or len(item) > MAX_ITEMS:
        return f"A list of at most {MAX_ITEMS}."
    if not all(isinstance(one, str) and 0 < len(one) <= MAX_LENGTH for one in item):
        return f"A list of texts of at most {MAX_LENGTH} characters."
    if key == "states" and (unknown := set(item) - set(State.values)):
        return f"No such state: {sorted(unknown)[0]}. Use {', '.join(State.values)}."
    return ""
