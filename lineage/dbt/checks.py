"""Tests: which asset and column each of them looks at. dbt tells more of it the newer it is."""

import re
from collections.abc import Mapping
from dataclasses import replace

from lineage.dbt.nodes import Check, Node
from lineage.dbt.values import Json, mapping, sequence, storable, text

_REF = re.compile(r"ref\(\s*(?P<args>[^)]*)\)")
_SOURCE = re.compile(r"source\(\s*(?P<args>[^)]*)\)")
_TEXT = re.compile(r"['\"]([^'\"]*)['\"]")


def read_check(unique_id: str, raw: Json) -> Check:
    """A data test or a unit test. `tested` holds candidates until `tested_by` decides."""
    about = mapping(raw, "test_metadata")
    arguments = mapping(about, "kwargs")
    config = mapping(raw, "config")
    generic = text(about, "name")
    package = text(about, "namespace")
    attached = text(raw, "attached_node")
    depends = sequence(mapping(raw, "depends_on"), "nodes")
    parents = tuple(storable(parent) for parent in depends if isinstance(parent, str))
    return Check(
        unique_id=unique_id,
        name=(f"{package}.{generic}" if package else generic) or text(raw, "name") or unique_id,
        tested=(attached,) if attached else _named_first(parents, text(arguments, "model")),
        column=text(raw, "column_name") or text(arguments, "column_name"),
        severity=text(config, "severity").lower(),
        description=text(raw, "description"),
        is_unit=unique_id.startswith("unit_test."),
    )


def _named_first(parents: tuple[str, ...], model: str) -> tuple[str, ...]:
    """The parent that a generic test's `model` argument names; else all, as of a singular test.

    `model` is a template: `{{ get_where_subquery(ref('orders')) }}`.
    """
    for pattern, kinds in ((_REF, ("model", "seed", "snapshot")), (_SOURCE, ("source",))):
        found = pattern.search(model)
        names = _TEXT.findall(found["args"]) if found else []
        for parent in parents if names else ():
            kind, *rest = parent.split(".")
            if kind in kinds and names[-1] in rest:
                return (parent,)
    return parents[-1:] if model else parents


def tested_by(check: Check, nodes: Mapping[str, Node]) -> Check:
    """With those that are assets, of what it may look at."""
    return replace(check, tested=tuple(one for one in check.tested if one in nodes))
