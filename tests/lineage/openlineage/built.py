"""One of every facet that the installed client offers, filled in from its own declarations."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import uuid4

import attr
from openlineage.client import generated
from openlineage.client.generated import base

#: What a client calls the facets whose names do not follow from their classes.
NAMES = {
    "ProcessingEngine": "processing_engine",
    "DatasetVersion": "version",
    "Datasource": "dataSource",
    "SQL": "sql",
    "Test": "test",
    "InputSubset": "subset",
    "OutputSubset": "subset",
    "ParentRun": "parent",
    "DataQualityMetricsInput": "dataQualityMetrics",
}
#: Where they stand, the narrower kinds first.
POSITIONS: dict[type, str] = {
    base.InputDatasetFacet: "inputFacets",
    base.OutputDatasetFacet: "outputFacets",
    base.DatasetFacet: "facets",
    base.RunFacet: "run",
    base.JobFacet: "job",
}
#: Members that only some words fit.
WORDS = {
    "runId": lambda: str(uuid4()),
    "lastUpdated": lambda: "2026-11-21T08:30:00Z",
    "lifecycleStateChange": lambda: "RENAME",
    "severity": lambda: "warn",
}
DEEPEST = 6


def facet_classes() -> Iterator[tuple[str, type]]:
    """(position, class) of every facet in every generated module."""
    for found in pkgutil.iter_modules(generated.__path__):
        module: ModuleType = import_module(f"{generated.__name__}.{found.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ != base.__name__:
                position = next((p for b, p in POSITIONS.items() if issubclass(kind, b)), "")
                if position:
                    yield position, kind


def name_of(kind: type) -> str:
    """`StorageDatasetFacet` → storage"""
    stem = kind.__name__
    for ending in ("Facet", "OutputDataset", "InputDataset", "Dataset", "Run", "Job"):
        stem = stem.removesuffix(ending) or stem
    return NAMES.get(stem) or stem[0].lower() + stem[1:]


def built(kind: Any, member: str = "", depth: int = 0) -> Any:
    """A value of that kind, every member filled in; texts and numbers are made up."""
    if attr.has(kind):
        hints = get_type_hints(kind)
        values = {
            one.alias: built(hints[one.name], one.name, depth + 1)
            for one in attr.fields(kind)
            if one.init and not one.name.startswith("_")
        }
        return kind(**values)
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inside[0]
    if origin in (Union, UnionType):
        return _one_of(inside, member, depth)
    if origin is list:
        return [built(inside[0], member, depth + 1)]
    if origin is dict:
        return {f"key of {member}": built(inside[1], member, depth + 1)}
    return _plain(kind, member)


def _one_of(kinds: tuple[Any, ...], member: str, depth: int) -> Any:
    """What is there rather than nothing, and what ends where it would go on for ever."""
    if depth >= DEEPEST and NoneType in kinds:
        return None
    some = [kind for kind in kinds if kind is not NoneType]
    return built(some[-1] if depth >= DEEPEST - 2 else some[0], member, depth)


def _plain(kind: Any, member: str) -> Any:
    if kind is bool:
        return True
    if kind in (int, float):
        return kind(7)
    if member in WORDS:
        return WORDS[member]()
    if member.lower().endswith(("time", "date")):
        return "2026-11-21T08:30:00Z"
    if "ur" in member.lower() and member.lower().endswith(("url", "uri")):
        return f"https://example.com/{member}"
    return f"{member} ü {uuid4().hex[:8]}"
