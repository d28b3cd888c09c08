"""What facets measured of a dataset, as `catalog.models.AssetMeasurement` keeps it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lineage.openlineage.events import PostedDataset, time_of
from lineage.openlineage.reading import Facet, Problems, facet

#: Characters of an expectation, a message, a statement.
TEXT_LENGTH = 2_000
MAX_ASSERTIONS = 2_000
MAX_MEASURED_COLUMNS = 5_000

_TEXTS = ("column", "severity", "name", "description", "expected", "actual", "content")
METRICS = ("nullCount", "distinctCount", "sum", "count", "min", "max")
type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One observation: `kind` metrics, assertions, output or input; `name` is the facet's, by
    which observations of one run are told apart."""

    kind: str
    values: Mapping[str, Any]
    name: str


def measurements_of(
    dataset: PostedDataset, position: str, problems: Problems
) -> tuple[Measurement, ...]:
    """The same names mean the same in `facets` and in the facets of the position, where a dataset
    may carry either; both are kept, each under a name of its own."""
    found = []
    for facets, where in ((dataset.facets, ""), (dataset.position_facets, f"{position}.")):
        for name in [name for name in _READERS if name in facets]:
            kind, read = _READERS[name]
            if kind in ("input", "output") and not where:
                continue
            body = facet(facets, name, problems)
            values = read(body) if body else {}
            if values:
                found.append(Measurement(kind, values, f"{where}{name}"))
    return tuple(found)


def _counts(keys: Mapping[str, str]) -> Callable[[Facet], Values]:
    """A reader of numbers: member of the facet → name of the value."""

    def read(body: Facet) -> Values:
        read = {name: body.number(key) for key, name in keys.items()}
        return {name: number for name, number in read.items() if number is not None}

    return read


_SIZES = {"rowCount": "rowCount", "bytes": "bytes", "fileCount": "fileCount"}
_STATISTICS = {"rowCount": "rowCount", "size": "size", "fileCount": "fileCount"}
_COMMIT_TOTALS = {
    "totalRecords": "rowCount",
    "totalFilesSizeInBytes": "bytes",
    "totalDataFiles": "fileCount",
}


def _metrics(body: Facet) -> Values:
    values = _counts(_SIZES)(body)
    if (updated := body.text("lastUpdated")) and time_of(updated) is not None:
        values["lastUpdated"] = updated
    if columns := dict(_column_metrics(body)):
        values["columnMetrics"] = columns
    return values


def _column_metrics(body: Facet) -> Iterator[tuple[str, Values]]:
    for number, (column, metrics) in enumerate(body.entries("columnMetrics")):
        if number >= MAX_MEASURED_COLUMNS:
            body.note("columnMetrics", f"holds more than {MAX_MEASURED_COLUMNS} columns; cut")
            return
        values = _counts(dict(zip(METRICS, METRICS, strict=True)))(metrics)
        if quantiles := metrics.inner("quantiles"):
            values["quantiles"] = _counts({key: key for key in quantiles.body})(quantiles)
        if values:
            yield column, values


def _assertions(body: Facet) -> Values:
    found: list[Values] = []
    for item in body.items("assertions"):
        if len(found) >= MAX_ASSERTIONS:
            body.note("assertions", f"holds more than {MAX_ASSERTIONS}; the rest is left out")
            break
        if assertion := _assertion(item):
            found.append(assertion)
    return {"assertions": found} if found else {}


def _assertion(item: Facet) -> Values:
    name, success = item.text("assertion", TEXT_LENGTH), item.boolean("success")
    if not name or success is None:
        missing = [key for key in ("assertion", "success") if item.body.get(key) in (None, "")]
        for key in missing:
            item.note(key, "is required")
        return {}
    texts = {key: item.text(key, TEXT_LENGTH) for key in (*_TEXTS, "contentType")}
    params = item.inner("params")
    told: Values = {key: text for key, text in texts.items() if text}
    if params and params.body:
        told["params"] = dict(params.body)
    return {"assertion": name, "success": success, **told}


def _commit(body: Facet) -> Values:
    """What an Iceberg commit left behind is the size of the table."""
    metrics = body.inner("commitMetrics")
    return _counts(_COMMIT_TOTALS)(metrics) if metrics else {}


_READERS: Mapping[str, tuple[str, Callable[[Facet], Values]]] = {
    "dataQualityMetrics": ("metrics", _metrics),
    "dataQualityAssertions": ("assertions", _assertions),
    "icebergCommitReport": ("metrics", _commit),
    "inputStatistics": ("input", _counts(_STATISTICS)),
    "outputStatistics": ("output", _counts(_STATISTICS)),
}
