"""What events bring besides lineage, kept whole: facets, measurements, jobs, and themselves.

Each is one statement of upserts that commute: the latest stamp holds, whatever came first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.bulk import Statement, dump, insertion, unnested
from accounts.models import Tenant
from catalog.moments import moment
from lineage.openlineage.events import JobName, PostedEvent
from lineage.openlineage.registers import Registers, Stamp
from lineage.recording.openlineage.datasets import SaidFacet, SaidMeasurement
from lineage.recording.openlineage.speaking import place_of

FACET_NAME = 200
LATER = """
on conflict (asset_id, position, name) do update set stamp = excluded.stamp, body = excluded.body
where excluded.stamp > old.stamp
"""


def facets(
    tenant: Tenant, said: Iterable[SaidFacet], assets: Mapping[str, int]
) -> Statement | None:
    """The latest of an asset by position and name; the largest stamp wins."""
    rows: dict[tuple[int, str, str], tuple[str, Any]] = {}
    for facet in said:
        key = (assets[facet.asset], facet.position, facet.name[:FACET_NAME])
        held = (f"{stamp_text(facet.stamp)}|{place_of(facet.asset)}", facet.body)
        if key not in rows or held[0] > rows[key][0]:
            rows[key] = held
    return insertion(
        "lineage_assetfacet as old",
        {
            "asset_id": "bigint",
            "position": "text",
            "name": "text",
            "tenant_id": "bigint",
            "stamp": "text",
            "body": "jsonb",
        },
        [(*key, tenant.pk, at, dump(body)) for key, (at, body) in sorted(rows.items())],
        LATER,
    )


def stamp_text(stamp: Stamp) -> str:
    """Sorts as the stamp does."""
    return f"{stamp[0]:016d}|{stamp[1]}"


def measurements(
    tenant: Tenant,
    said: Iterable[tuple[SaidMeasurement, Mapping[str, Any]]],
    assets: Mapping[str, int],
) -> Statement | None:
    """(measurement, its source): one row an asset, kind and event; known ones stay.

    Where an event measures the same of two names of one asset, the larger values do: whether they
    come at once, one after the other, or meet when the names do (`lineage.unifying.moving`).
    """
    rows = {
        (one.asset, assets[one.asset], one.kind, f"{stamp_text(one.stamp)}|{one.name}"[:200]): (
            *(tenant.pk, moment(one.stamp[0]), dump(dict(one.values)), dump(dict(source))),
        )
        for one, source in said
    }
    if not rows:
        return None
    select, parameters = unnested(MEASUREMENT, [(*key[1:], *row) for key, row in rows.items()])
    names = ", ".join(MEASUREMENT)
    return (
        f"insert into catalog_assetmeasurement as old ({names})"  # noqa: S608
        f" select distinct on ({MEASURED}) {names} from ({select}) as said"
        f" order by {MEASURED}, values desc"
        f" on conflict ({MEASURED}) do update set values = excluded.values"
        " where excluded.values > old.values",
        parameters,
    )


MEASUREMENT = {
    "asset_id": "bigint",
    "kind": "text",
    "source_key": "text",
    "tenant_id": "bigint",
    "at": "timestamptz",
    "values": "jsonb",
    "source": "jsonb",
}
MEASURED = "asset_id, kind, source_key"


#: A job's documentation is its flow's description while no YAML says another.
JOBS = """
on conflict (flow_id, task_id) do update set
    updated_at = excluded.updated_at,
    facets = (
        select coalesce(jsonb_object_agg(name, case
            when one.value is null then other.value
            when other.value is null or one.value->>0 >= other.value->>0 then one.value
            else other.value end), '{}')
        from jsonb_each(old.facets) as one(name, value)
        full join jsonb_each(excluded.facets) as other(name, value) using (name)
    )
"""


def jobs(
    tenant: Tenant, said: Mapping[tuple[int, str], tuple[JobName, Registers]]
) -> Statement | None:
    """(flow row, task id) → (OpenLineage's name, facets by name with their stamps)."""
    now = timezone.now()
    return insertion(
        "lineage_openlineagejob as old",
        {
            "flow_id": "bigint",
            "task_id": "text",
            "tenant_id": "bigint",
            "namespace": "text",
            "name": "text",
            "facets": "jsonb",
            "updated_at": "timestamptz",
        },
        [
            (
                *key,
                tenant.pk,
                job.namespace,
                job.name,
                dump({name: [stamp_text(at), body] for name, (at, body) in registers.items()}),
                now,
            )
            for key, (job, registers) in sorted(said.items())
        ],
        JOBS,
    )


def events(
    tenant: Tenant, said: Iterable[tuple[PostedEvent, int | None, int | None]]
) -> Statement | None:
    """(event, flow of a job event, asset of a dataset event): each once, as it came."""
    now = timezone.now()
    rows = {event.digest: (event, flow, asset) for event, flow, asset in said}
    return insertion(
        "lineage_openlineageevent",
        {
            "tenant_id": "bigint",
            "digest": "text",
            "kind": "text",
            "event_type": "text",
            "run_id": "text",
            "flow_id": "bigint",
            "asset_id": "bigint",
            "at": "timestamptz",
            "received_at": "timestamptz",
            "body": "jsonb",
        },
        [
            (
                tenant.pk,
                digest,
                event.kind,
                event.event_type,
                event.run_id,
                flow,
                asset,
                moment(event.at),
                now,
                event.content.decode(),
            )
            for digest, (event, flow, asset) in sorted(rows.items())
        ],
        "on conflict do nothing",
    )
