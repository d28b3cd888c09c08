"""One OpenLineage event, checked and brought into plain values (OpenLineage spec 2-0-2).

One rule of strictness (docs/openlineage.md): what cannot be understood is refused with every
problem and its field: no run id, no job, no dataset, no time, or one of them of a wrong type, and
what no database can keep. Everything else is taken, and kept as it was sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.moments import micros
from catalog.reading.json_text import MAX_DEPTH, nested_deeper
from lineage.kestra.values import EARLIEST, LATEST, Problems, as_json, as_time, canonical, digest

RUN, JOB, DATASET = "run", "job", "dataset"
OTHER = "OTHER"
EVENT_TYPES = frozenset({"START", "RUNNING", "COMPLETE", "FAIL", "ABORT", OTHER})
#: Of namespaces and names: identifiers that people meet stay far below.
MAX_NAME = 4_000
#: Inputs and outputs of one event, each.
MAX_DATASETS = 20_000
MAX_PRODUCER = 2_000

_HEX = r"[0-9a-fA-F]"
_UUID = re.compile(rf"{_HEX}{{8}}(-?){_HEX}{{4}}\1{_HEX}{{4}}\1{_HEX}{{4}}\1{_HEX}{{12}}")
#: `2020-01-01T00:00:00+01:00[Europe/Paris]`, as Java prints a zoned time.
_ZONE_NAME = re.compile(r"\[[\w/+-]{1,40}\]$")

type Facets = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobName:
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class ParentRun:
    """Of the `parent` run facet; `root_…` where it names the root of the hierarchy."""

    run_id: str
    job: JobName
    root_run_id: str = ""
    root_job: JobName | None = None


@dataclass(frozen=True, slots=True)
class PostedDataset:
    """`position_facets`: the `inputFacets` of an input, the `outputFacets` of an output."""

    namespace: str
    name: str
    facets: Facets
    position_facets: Facets


@dataclass(frozen=True, slots=True)
class PostedEvent:
    """`kind` is "run", "job" or "dataset"; `at` in µs since 1970; facets as they were sent.

    `event_type` is OTHER where a run event has none or an unknown one, "" for the other kinds;
    `run_id` is a lower-case UUID, "" for the other kinds. `dataset` is that of a dataset event,
    and of any other event that carries one besides. `digest` does not depend on the order of keys.
    """

    kind: str
    event_type: str
    at: int
    producer: str
    run_id: str
    job: JobName | None
    parent: ParentRun | None
    run_facets: Facets
    job_facets: Facets
    inputs: tuple[PostedDataset, ...]
    outputs: tuple[PostedDataset, ...]
    dataset: PostedDataset | None
    digest: str
    raw: Mapping[str, Any] = field(repr=False)
    #: `raw` as JSON with sorted keys.
    content: bytes = field(repr=False)


class InvalidEvent(ValueError):
    """`problems`: [{"field", "message"}]. `run_id`: what could be read of it."""

    def __init__(self, problems: list[dict[str, str]], run_id: str) -> None:
        said = (f"{p['field']}: {p['message']}" if p["field"] else p["message"] for p in problems)
        super().__init__("; ".join(said))
        self.problems = problems
        self.run_id = run_id


def parse_event(value: Any) -> PostedEvent:
    """Raises InvalidEvent with every problem, not only the first."""
    if not isinstance(value, Mapping):
        raise InvalidEvent([{"field": "", "message": "An event is a JSON object."}], "")
    if nested_deeper(value, MAX_DEPTH):
        problem = {"field": "", "message": f"Nested deeper than {MAX_DEPTH} levels."}
        raise InvalidEvent([problem], "")
    content, storable = canonical(value)
    problems = Problems(storable=storable)
    if not storable:
        for key, member in value.items():
            as_json({key: member}, str(key)[:100], problems)
    kind = kind_of(value)
    run_id, run_facets = read_run(value, problems) if kind == RUN else ("", {})
    job = None if kind == DATASET else read_job(value, problems)
    event = PostedEvent(
        kind=kind,
        event_type=read_type(value, problems) if kind == RUN else "",
        at=read_time(value, problems),
        producer=as_text(value.get("producer"))[:MAX_PRODUCER],
        run_id=run_id,
        job=job,
        parent=parent_of(run_facets, run_id),
        run_facets=run_facets,
        job_facets={} if job is None else facets_of(value["job"].get("facets")),
        inputs=read_datasets(value, "inputs", problems) if kind != DATASET else (),
        outputs=read_datasets(value, "outputs", problems) if kind != DATASET else (),
        dataset=read_static_dataset(value, kind, problems),
        digest=digest(content),
        raw=value,
        content=content,
    )
    if problems.found:
        raise InvalidEvent(problems.found, run_id)
    return event


def kind_of(value: Mapping[str, Any]) -> str:
    """What the event tells of: a run if it names one or says what happened to it."""
    if value.get("run") is not None:
        return RUN
    if value.get("dataset") is not None and value.get("job") is None:
        return DATASET
    return JOB if value.get("job") is not None and value.get("eventType") is None else RUN


def read_run(value: Mapping[str, Any], problems: Problems) -> tuple[str, Facets]:
    """(run id, run facets)"""
    run = value.get("run")
    if not isinstance(run, Mapping):
        missing = "Required: an event tells of a run with its runId, of a job, or of a dataset."
        problems.add("run", missing if run is None else "Expected an object with a runId.")
        return "", {}
    text = run.get("runId")
    run_id = as_uuid(text)
    if text is None or text == "":
        problems.add("run.runId", "Required: the UUID of the run.")
    elif not run_id:
        shown = f"“{text[:100]}” is not one." if isinstance(text, str) else "Expected a string."
        problems.add("run.runId", f"A run id is a UUID. {shown}")
    return run_id, facets_of(run.get("facets"))


def as_uuid(value: Any) -> str:
    """A UUID in lower case with its hyphens; "" for anything else."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        return ""
    digits = value.replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def read_job(value: Mapping[str, Any], problems: Problems) -> JobName | None:
    job = value.get("job")
    if not isinstance(job, Mapping):
        problems.add("job", "Required: an object with namespace and name.")
        return None
    return JobName(*read_name(job, "job", problems))


def read_name(source: Mapping[str, Any], path: str, problems: Problems) -> tuple[str, str]:
    """(namespace, name) of a job or dataset"""
    return read_part(source, "namespace", path, problems), read_part(
        source, "name", path, problems
    )


def read_part(source: Mapping[str, Any], key: str, path: str, problems: Problems) -> str:
    text = source.get(key)
    if isinstance(text, str) and 0 < len(text) <= MAX_NAME:
        return text
    problems.text(source, key, path=path, required=True)
    if isinstance(text, str) and text:
        problems.add(f"{path}.{key}", f"At most {MAX_NAME} characters.")
    return ""


def read_type(value: Mapping[str, Any], problems: Problems) -> str:
    """In any case; OTHER when missing or unknown, since the event still tells something."""
    name = problems.text(value, "eventType").upper()
    return name if name in EVENT_TYPES else OTHER


def read_time(value: Mapping[str, Any], problems: Problems) -> int:
    text = value.get("eventTime")
    if text is None or text == "":
        problems.add("eventTime", "Required: an ISO 8601 time such as 2026-11-21T08:30:00Z.")
        return 0
    at = time_of(text)
    if at is None:
        shown = f"“{text[:64]}” is no time; " if isinstance(text, str) else ""
        problems.add(
            "eventTime", f"{shown}expected ISO 8601 as in 2026-11-21T08:30:00Z, from 1970 to 2199."
        )
    return at or 0


def time_of(value: Any) -> int | None:
    """ISO 8601 in µs since 1970, UTC where no zone is told; None for what is no time."""
    when = as_time(value)
    if when is None and isinstance(value, str) and len(value) < 100:
        when = as_time(_ZONE_NAME.sub("", value.strip()).upper())
    return micros(when) if when is not None and EARLIEST <= when < LATEST else None


def read_datasets(
    value: Mapping[str, Any], key: str, problems: Problems
) -> tuple[PostedDataset, ...]:
    listed = value.get(key)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        problems.add(key, "Expected a list of datasets.")
        return ()
    if len(listed) > MAX_DATASETS:
        problems.add(key, f"At most {MAX_DATASETS} datasets.")
        return ()
    found = (read_dataset(item, f"{key}[{n}]", problems) for n, item in enumerate(listed))
    return tuple(dataset for dataset in found if dataset is not None)


def read_dataset(item: Any, path: str, problems: Problems) -> PostedDataset | None:
    if not isinstance(item, Mapping):
        problems.add(path, "Expected an object with namespace and name.")
        return None
    namespace, name = read_name(item, path, problems)
    own = item.get("inputFacets" if path.startswith("inputs") else "outputFacets")
    return PostedDataset(namespace, name, facets_of(item.get("facets")), facets_of(own))


def read_static_dataset(
    value: Mapping[str, Any], kind: str, problems: Problems
) -> PostedDataset | None:
    """Required of a dataset event; taken from another one only where it can be read."""
    if kind == DATASET:
        return read_dataset(value["dataset"], "dataset", problems)
    if value.get("dataset") is None:
        return None
    beside = Problems(storable=True)
    dataset = read_dataset(value["dataset"], "dataset", beside)
    return None if beside.found else dataset


def parent_of(run_facets: Facets, run_id: str) -> ParentRun | None:
    """What the parent facet says; None where there is none that can be read.

    Old clients call it `parentRun`. A run that names itself has no parent.
    """
    facet = run_facets.get("parent") or run_facets.get("parentRun")
    parent, job = run_reference(facet)
    if facet is None or job is None or parent in ("", run_id) or is_deleted(facet):
        return None
    root, root_job = run_reference(facet.get("root"))
    return ParentRun(parent, job, root, root_job)


def run_reference(value: Any) -> tuple[str, JobName | None]:
    """(run id, job) of `{run: {runId}, job: {namespace, name}}`, each empty if unreadable."""
    if not isinstance(value, Mapping):
        return "", None
    run, job = value.get("run"), value.get("job")
    run_id = as_uuid(run.get("runId")) if isinstance(run, Mapping) else ""
    return run_id, job_reference(job)


def job_reference(value: Any) -> JobName | None:
    unheard = Problems(storable=True)
    if not isinstance(value, Mapping):
        return None
    job = JobName(*read_name(value, "", unheard))
    return None if unheard.found else job


def facets_of(value: Any) -> Facets:
    return value if isinstance(value, Mapping) else {}


def is_deleted(facet: Any) -> bool:
    """Whether a facet only says that it holds no more (`_deleted`)."""
    return isinstance(facet, dict) and facet.get("_deleted") is True


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""
