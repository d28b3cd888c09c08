"""What a manifest says, as runs that never ran: so it goes through the same permissions, links
and merging as what runs say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from catalog.moments import micros
from catalog.reading.lifecycle import DEFAULT_STATUS
from catalog.touches import Part, Touch, stamp
from lineage.dbt import Manifest
from lineage.dsl.bundles import Bundle
from lineage.kestra.executions import PostedExecution, PostedState, PostedTaskRun
from lineage.kestra.times import instant
from lineage.openlineage.naming import short_digest
from lineage.recording.flows import KnownFlow
from lineage.recording.rendered import RenderedRun, StoredExecution

TASK_ID = 200
#: The status of an asset that its project has no more.
REMOVED = "removed"


def statements_of(
    flow: KnownFlow, at: datetime, bundles: Mapping[str, Bundle]
) -> dict[str, RenderedRun]:
    """Unique id → what stands for a run of the node; none is stored. `at`: when it holds."""
    state = PostedState("SUCCESS", None, None, [], micros(at))
    nobody = StoredExecution(0, flow.pk, [], "unchanged")
    told_in = _told_in(flow, state)
    return {
        unique_id: RenderedRun(
            nobody, flow, told_in, _told(unique_id, state), [], 0, bundles=[bundle]
        )
        for unique_id, bundle in bundles.items()
    }


def _told_in(flow: KnownFlow, state: PostedState) -> PostedExecution:
    return PostedExecution(
        id="a manifest",  # no execution's id, since it holds a space: it owns no lock
        namespace=flow.namespace,
        flow_id=flow.public_id,
        state=state,
    )


def _told(unique_id: str, state: PostedState) -> PostedTaskRun:
    return PostedTaskRun(
        id=unique_id,
        task_id=task_id(unique_id),
        state=state,
    )


def task_id(unique_id: str) -> str:
    """The task that a node is: its unique id, and of a long one as much as tells it apart."""
    if len(unique_id) <= TASK_ID:
        return unique_id
    return f"{unique_id[: TASK_ID - 17]}~{short_digest(unique_id, 8)}"


def source_of(flow: KnownFlow, manifest: Manifest) -> dict[str, str]:
    """How the history names a manifest (AssetChange.source)."""
    return {
        "kind": "dbt",
        "label": f"dbt project {manifest.project}",
        "namespace": flow.namespace,
        "flowId": flow.public_id,
    }


def touches_of(
    flow: KnownFlow, statements: Iterable[RenderedRun], source: Mapping[str, Any]
) -> dict[str, list[Touch]]:
    """Asset id → what the manifest says of it. It neither reads nor writes anything; the project
    is where a new asset of its own belongs, and, last of all, one that it only reads."""
    found: defaultdict[str, list[Touch]] = defaultdict(list)
    for n, statement in enumerate(statements):
        for asset_id, touch in _touches(flow, statement, n, source):
            found[asset_id].append(touch)
    return found


def _touches(
    flow: KnownFlow, statement: RenderedRun, n: int, source: Mapping[str, Any]
) -> Iterator[tuple[str, Touch]]:
    [bundle] = statement.bundles
    place = stamp(statement.at, author(flow), n)
    for said, register in ((bundle.outputs, "writer"), (bundle.describes, "reader")):
        for asset in said:
            yield (
                asset.id,
                Touch(
                    place,
                    statement.at,
                    Part.DESCRIBE,
                    asset.type,
                    flow.namespace,
                    asset.fields,
                    source,
                    counts=False,
                    owner_register=register,
                    name=asset.id,
                ),
            )
    for read in bundle.inputs:
        yield (
            read.id,
            Touch(
                place,
                statement.at,
                Part.DESCRIBE,
                None,
                flow.namespace,
                source=source,
                counts=False,
                hint=read.type,
                owner_register="reader",
                name=read.id,
            ),
        )


def author(flow: KnownFlow) -> str:
    """Who says it, in stamps: among equal times the same one always wins."""
    return f"dbt:{flow.pk}"


def marking(flow: KnownFlow, at: datetime, source: Mapping[str, Any], *, is_gone: bool) -> Touch:
    """That an asset is no more in its project, or that it is again."""
    when = micros(at)
    return Touch(
        stamp(when, author(flow), 999_999),
        when,
        Part.DESCRIBE,
        fields={
            "status": REMOVED if is_gone else DEFAULT_STATUS,
            "metadata": {"removedAt": instant(at) if is_gone else None},
        },
        source=source,
        counts=False,
    )
