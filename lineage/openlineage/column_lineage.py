"""The columnLineage facet of a dataset (ColumnLineageDatasetFacet 1-2-0)."""

from lineage.openlineage.identity import Name, name_in
from lineage.openlineage.link_notes import (
    DESCRIPTION_LENGTH,
    UNTOLD,
    Links,
    Transformation,
    column_in,
    transformations_of,
    usable_column,
)
from lineage.openlineage.reading import Facet


def read_column_lineage(body: Facet, target: Name, links: Links, *, stated: bool) -> None:
    """`fields` column by column; `dataset` for what bears on all columns, as a filter does."""
    for column, entry in body.entries("fields"):
        if not column or usable_column(column, entry) is None:
            continue
        untold = _legacy(entry)
        for source in entry.items("inputFields"):
            _add(source, (target, column), untold, links, stated=stated)
    for source in body.items("dataset"):
        _add(source, (target, ""), UNTOLD, links, stated=stated)


def _add(
    source: Facet, target: tuple[Name, str], untold: Transformation, links: Links, *, stated: bool
) -> None:
    upstream, column = name_in(source), column_in(source)
    if upstream is None or column is None:
        return
    links.add_table(upstream, target[0], stated=stated)
    how = [untold if one == UNTOLD else one for one in transformations_of(source)]
    links.add_column((upstream, column), target, how, stated=stated)


def _legacy(entry: Facet) -> Transformation:
    """Before 1-1-0 one word stood for all sources of a column: IDENTITY or MASKED."""
    word = entry.text("transformationType", 50).upper()
    description = entry.text("transformationDescription", DESCRIPTION_LENGTH)
    if word == "MASKED":
        return Transformation("DIRECT", "TRANSFORMATION", description, masking=True)
    return Transformation("DIRECT" if word else "", word, description)
