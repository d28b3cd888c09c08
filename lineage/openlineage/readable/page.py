"""One facet for a page: by where it stands and what it is called."""

from itertools import islice
from typing import Any

from lineage.openlineage.events import is_deleted
from lineage.openlineage.readable.datasets import DATASET, INPUT, OUTPUT
from lineage.openlineage.readable.jobs import JOB
from lineage.openlineage.readable.rows import JSON, ReadableFacet, Row, others
from lineage.openlineage.readable.runs import RUN

#: Rows of one facet; what is beyond can be read as JSON.
MAX_ROWS = 500

_SHAPES = {
    "run": RUN,
    "job": JOB,
    "dataset": DATASET,
    "input": INPUT,
    "output": OUTPUT,
}


def readable(name: str, facet: Any, position: str) -> ReadableFacet:
    """`position`: "run", "job", "dataset" (its `facets`), "input" or "output" (those of the
    position). The same name means different things in different positions."""
    shape = _SHAPES[position].get(name)
    if is_deleted(facet):
        return ReadableFacet(shape.title if shape else name, [Row("Deleted", "yes")], True)
    if shape is None or not isinstance(facet, dict):
        return ReadableFacet(shape.title if shape else name, [Row(name, facet, JSON)], False)
    if not any(value for key, value in facet.items() if not key.startswith("_")):
        return ReadableFacet(shape.title, [], True)
    rows = [*islice(shape.read(facet), MAX_ROWS + 1), *others(facet, shape.members)]
    if len(rows) > MAX_ROWS:
        rows = [*rows[:MAX_ROWS], Row("More", "There is more: see the facet's JSON.")]
    if not rows:
        return ReadableFacet(shape.title, [Row(name, facet, JSON)], False)
    return ReadableFacet(shape.title, rows, True)
