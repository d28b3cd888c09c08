"""What the facets of one dataset mean for the asset that it is.

Facets are read by position, not by their key alone: `tags` of a dataset are tags of the asset,
`tags` of a run are not (`documentation`, `ownership`, `dataQualityMetrics` likewise). A facet that
does not fit is left out and said in `problems`; nothing raises.
"""

from dataclasses import dataclass, field
from typing import Any

from catalog.reading.assets import metadata_problem
from lineage.openlineage.about import description_of, metadata_of, owners_of, tags_of, type_of
from lineage.openlineage.columns import columns_of, paths_of
from lineage.openlineage.events import PostedDataset
from lineage.openlineage.headwater import asset_told
from lineage.openlineage.identity import Lifecycle, lifecycle_of, symlinks_of
from lineage.openlineage.link_notes import FieldLink, Links
from lineage.openlineage.links import read_dataset_links
from lineage.openlineage.naming import display_name, normalized
from lineage.openlineage.quality import Measurement, measurements_of
from lineage.openlineage.reading import MAX_PROBLEMS, Problems, gone


@dataclass(frozen=True, slots=True)
class Described:
    """`fields` as `catalog.merging.Touch` takes them, only what was said; `cleared` likewise.

    `type`: what the datasetType facet says, else what the namespace makes likely; `type_is_said`
    tells which. `display_name` is for an asset that nobody named.
    """

    fields: dict[str, Any]
    type: str | None
    type_is_said: bool
    display_name: str
    cleared: frozenset[str] = frozenset()
    symlinks: tuple[tuple[str, str, str], ...] = ()
    lifecycle: Lifecycle | None = None
    measurements: tuple[Measurement, ...] = ()
    problems: tuple[str, ...] = ()
    #: As it was sent, and whether what it says of its columns holds without a job.
    dataset: PostedDataset | None = field(default=None, repr=False)
    stated: bool = False

    @property
    def column_links(self) -> tuple[FieldLink, ...]:
        """What went into its columns, as its own facets tell; `explicit_links` has them too."""
        links = Links(None)
        if self.dataset is not None:
            read_dataset_links(self.dataset, links, stated=self.stated)
        return tuple(links.columns.values())


def described(dataset: PostedDataset, position: str) -> Described:
    """`position`: "input", "output" or "dataset" (of a dataset event)."""
    problems: Problems = []
    dataset = _spelled(dataset)
    asset_type, is_said = type_of(dataset, problems)
    fields = _fields(dataset, asset_type, problems)
    own = asset_told(dataset.facets, problems)
    if own is not None:
        asset_type, is_said = own[0], True
        fields |= own[1]
    return Described(
        fields=fields,
        type=asset_type,
        type_is_said=is_said,
        display_name=display_name(dataset.namespace, dataset.name),
        cleared=_cleared(dataset),
        symlinks=symlinks_of(dataset, problems),
        lifecycle=lifecycle_of(dataset.facets, problems),
        measurements=measurements_of(dataset, position, problems),
        problems=tuple(dict.fromkeys(problems))[:MAX_PROBLEMS],
        dataset=dataset,
        stated=position != "output",
    )


def _spelled(dataset: PostedDataset) -> PostedDataset:
    names = normalized(dataset.namespace, dataset.name)
    return PostedDataset(*names, dataset.facets, dataset.position_facets)


def _cleared(dataset: PostedDataset) -> frozenset[str]:
    return frozenset({"description"} if gone(dataset.facets, "documentation") else ())


def _fields(dataset: PostedDataset, asset_type: str | None, problems: Problems) -> dict[str, Any]:
    """Only what the facets say; what they leave out stays as it is."""
    fields: dict[str, Any] = {}
    if description := description_of(dataset.facets, problems):
        fields["description"] = description
    tags, column_tags = tags_of(dataset.facets, problems)
    lists = {
        "owners": owners_of(dataset.facets, problems),
        "tags": tags,
        "columns": columns_of(dataset.facets, column_tags, problems),
    }
    fields |= {name: said for name, said in lists.items() if said is not None}
    metadata = metadata_of(dataset, asset_type, problems)
    unplaced = column_tags.keys() - paths_of(fields.get("columns", ()))
    if unplaced:
        metadata["columnTags"] = {name: column_tags[name] for name in sorted(unplaced)}
    if metadata:
        fields["metadata"] = _fitting(metadata, problems)
    return fields


def _fitting(metadata: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """What the catalog keeps: keys that make it too large are left out, the largest first."""
    while message := metadata_problem(metadata):
        largest = max(metadata, key=lambda name: len(str(metadata[name])))
        problems.append(f"{largest} {message}; left out")
        metadata = {name: value for name, value in metadata.items() if name != largest}
    return metadata
