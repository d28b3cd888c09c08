"""What an event is made of: a task run with its execution, and the assets that it touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lineage.openlineage.accumulated import Accumulated
from lineage.openlineage.events import JobName

#: As LineageEvent.columns, with assets by their ids:
#: (upstream, its column, downstream, its column, type, subtype, description, masking).
type ColumnRow = tuple[str, str, str, str, str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Source:
    """Who ships. `origin` names the tenant among all Headwaters; run ids are made of it."""

    tenant: str
    origin: UUID


@dataclass(frozen=True, slots=True)
class ShippedAsset:
    """An asset as the catalog has it now. `facets`: OpenLineage facets of it, as they came.

    `rule_names`: what it was called before a naming rule; `symlinks`: its other names (asset ids).
    `relations`: assetActions, partOf and relatedTo, of those that it has.
    """

    id: str
    type: str
    namespace: str | None = None
    display_name: str | None = None
    description: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    owners: Sequence[str] = ()
    tags: Sequence[str] = ()
    columns: Sequence[Mapping[str, Any]] = ()
    status: str = ""
    rule_names: Sequence[str] = ()
    symlinks: Sequence[str] = ()
    facets: Mapping[str, Any] = field(default_factory=dict)
    relations: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShippedBundle:
    """One lineage event: its inputs went into its outputs. Assets by their ids."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    columns: tuple[ColumnRow, ...] = ()
    sql: str = ""


@dataclass(frozen=True, slots=True)
class ShippedJob:
    """A flow (`task_id` "") or a task in it. `original`: its name where OpenLineage knows it."""

    namespace: str
    flow_id: str
    task_id: str = ""
    original: JobName | None = None
    facets: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShippedExecution:
    """`at`: what its last event happened at. `told`: what OpenLineage events said of it."""

    pk: int
    id: str
    job: ShippedJob
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    at: datetime
    labels: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    url: str = ""
    parent_id: str = ""
    told: Accumulated | None = None


@dataclass(frozen=True, slots=True)
class ShippedStatement:
    """Lineage that holds without any run: of a job, or (`job` None) what one asset came out of.

    `flow`, `asset`: rows, 0 for none.
    """

    flow: int
    task_id: str
    asset: int
    at: datetime
    job: ShippedJob | None
    bundles: tuple[ShippedBundle, ...]
    assets: Mapping[str, ShippedAsset]


@dataclass(frozen=True, slots=True)
class ShippedTaskRun:
    """`assets` holds those of the bundles that the exporter may see; `restricted` counts others.

    `names`: asset id → (namespace, name), of those that this very run called so.
    """

    pk: int
    id: str
    execution: ShippedExecution
    job: ShippedJob
    state: str
    started_at: datetime | None
    at: datetime
    bundles: tuple[ShippedBundle, ...]
    assets: Mapping[str, ShippedAsset]
    value: str = ""
    iteration: int | None = None
    error: str = ""
    restricted: int = 0
    told: Accumulated | None = None
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
