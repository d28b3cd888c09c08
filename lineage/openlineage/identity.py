"""Which other names a dataset has, and what became of it: symlinks and changes of its life."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.openlineage.events import MAX_NAME, PostedDataset
from lineage.openlineage.naming import normalized
from lineage.openlineage.reading import Facet, Problems, facet

CHANGES = frozenset({"ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"})
MAX_SYMLINKS = 100

#: (namespace, name) as they were sent
type Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`previous`: what a renamed dataset was called before."""

    change: str
    previous: Name | None = None


def name_in(item: Facet) -> Name | None:
    """(namespace, name) of an object that has both."""
    namespace, name = item.text("namespace"), item.text("name")
    if namespace and name and len(namespace) <= MAX_NAME and len(name) <= MAX_NAME:
        return namespace, name
    for key, text in (("namespace", namespace), ("name", name)):
        if len(text) > MAX_NAME:
            item.note(key, f"is longer than {MAX_NAME} characters")
        elif item.body.get(key) in (None, ""):
            item.note(key, "is required")
    return None


def symlinks_of(dataset: PostedDataset, problems: Problems) -> tuple[tuple[str, str, str], ...]:
    """(namespace, name, type) of each other name, without the dataset's own."""
    body = facet(dataset.facets, "symlinks", problems)
    own = normalized(dataset.namespace, dataset.name)
    found: dict[Name, tuple[str, str, str]] = {}
    for item in body.items("identifiers") if body else ():
        name = name_in(item)
        if name is None or normalized(*name) == own:
            continue
        if len(found) >= MAX_SYMLINKS:
            item.note("name", f"is beyond {MAX_SYMLINKS} symlinks; the rest is left out")
            break
        found.setdefault(normalized(*name), (*name, item.text("type", 100)))
    return tuple(found.values())


def lifecycle_of(facets: Mapping[str, Any], problems: Problems) -> Lifecycle | None:
    body = facet(facets, "lifecycleStateChange", problems)
    if body is None:
        return None
    change = body.text("lifecycleStateChange", 100).upper()
    if change not in CHANGES:
        body.note("lifecycleStateChange", f"must be one of {', '.join(sorted(CHANGES))}")
        return None
    before = body.inner("previousIdentifier")
    return Lifecycle(change, name_in(before) if before else None)
