"""Which edges a task run makes: each input with each output, within one bundle (K1.6)."""

from collections.abc import Iterator, Mapping
from itertools import product

from lineage.dsl.bundles import Bundle
from lineage.recording.rendered import RenderedRun

#: (upstream, downstream, flow, task): an end is None where a bundle has none.
type EdgeKey = tuple[int | None, int | None, int, str]


def links(run: RenderedRun, assets: Mapping[str, int]) -> dict[EdgeKey, tuple[str, str]]:
    """The edges of one task run → (origin, SQL) of the bundle that makes each."""
    found: dict[EdgeKey, tuple[str, str]] = {}
    for bundle in run.bundles:
        said = (bundle.origin, bundle.sql)
        for upstream, downstream in pairs(bundle, assets):
            key = (upstream, downstream, run.flow.pk, run.posted.task_id)
            found[key] = min(found.get(key, said), said)
    return found


def pairs(bundle: Bundle, assets: Mapping[str, int]) -> Iterator[tuple[int | None, int | None]]:
    """(upstream, downstream) of one bundle; a missing side is None."""
    inputs: list[int | None] = [assets[reference.id] for reference in bundle.inputs]
    outputs: list[int | None] = [assets[output.id] for output in bundle.outputs]
    if inputs or outputs:
        yield from product(inputs or [None], outputs or [None])


def sort_key(key: EdgeKey) -> tuple[int, int, int, str]:
    return key[0] or 0, key[1] or 0, key[2], key[3]
