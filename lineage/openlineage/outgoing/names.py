"""Names: runs as UUIDs, jobs, and assets as (namespace, name) of OpenLineage datasets."""

import re
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from lineage.openlineage.events import JobName, as_uuid
from lineage.openlineage.naming import (
    asset_id,
    canonical_first,
    normalized,
    scheme_of,
)
from lineage.openlineage.outgoing.shipped import (
    ShippedAsset,
    ShippedExecution,
    ShippedJob,
    ShippedTaskRun,
    Source,
)
from lineage.openlineage.systems import FILE_SYSTEMS

SCHEME = "headwater"


def origin_of(tenant: str, made_at: datetime) -> UUID:
    """What tells this tenant from tenants of the same name in other Headwaters, for good."""
    return uuid5(NAMESPACE_URL, f"{SCHEME}:{tenant}:{made_at.isoformat()}")


def execution_run_id(source: Source, execution: ShippedExecution) -> str:
    """Its own id when that is a UUID, as OpenLineage's are; else always the same one for it."""
    return as_uuid(execution.id) or str(uuid5(source.origin, f"execution:{execution.id}"))


def task_run_id(source: Source, run: ShippedTaskRun) -> str:
    """Likewise; a task run's id is only unique in its execution."""
    own = as_uuid(run.id)
    return own or str(uuid5(source.origin, f"execution:{run.execution.id}:task-run:{run.id}"))


def job_name(job: ShippedJob) -> JobName:
    """`namespace` and `flow.task`, as OpenLineage's clients name a task of a DAG."""
    if job.original:
        return job.original
    return JobName(job.namespace, f"{job.flow_id}.{job.task_id}" if job.task_id else job.flow_id)


def dataset_name(source: Source, asset: ShippedAsset) -> tuple[str, str]:
    """(namespace, name), for an asset that no run at hand and no mapping names otherwise."""
    found = split_id(asset.id, likely=False)
    names = (split_id(name, likely=True) for name in asset.rule_names)
    found = found or next((name for name in names if name), None)
    found = found or split_id(asset.id, likely=bool(asset.facets))
    return found or own_name(source, asset.id)


def own_name(source: Source, id_: str) -> tuple[str, str]:
    return f"{SCHEME}://{source.tenant}", id_


def other_names(source: Source, asset: ShippedAsset) -> list[tuple[str, str]]:
    """Its aliases as datasets. Only those that a receiver will take for other names of this one,
    and not this one for another name of theirs (`canonical_first`)."""
    return [
        split_id(alias, likely=False) or own_name(source, alias)
        for alias in asset.symlinks
        if canonical_first(asset.id, alias)[0] == asset.id
    ]


def split_id(text: str, *, likely: bool) -> tuple[str, str] | None:
    """The OpenLineage dataset whose default id `text` is; None where it is none.

    `likely`: the asset is known from OpenLineage, so that a first word may be a namespace, too.
    """
    namespace, _, name = _COSMOS.sub(r"\1\n", text).partition("\n")
    if not name and "://" in text:
        scheme, _, rest = text.partition("://")
        authority, _, name = rest.partition("/")
        namespace = f"{scheme}://{authority}"
    elif not name:
        namespace, _, name = text.partition("/")
        if not (likely or scheme_of(namespace) or namespace.startswith("arn:")):
            return None
    if scheme_of(namespace) in FILE_SYSTEMS:
        name = f"/{name}"
    if not namespace or not name.strip("/"):
        return None
    return (namespace, name) if asset_id(*normalized(namespace, name)) == text else None


#: The one namespace of the naming spec that has a path.
_COSMOS = re.compile(r"^(azurecosmos://[^/]+/dbs/[^/]+)/")
