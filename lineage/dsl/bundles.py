"""The shape that declarations, emissions, OpenLineage events, SQL and dbt all come down to.

A bundle is one statement "these inputs went into these outputs": lineage links inputs with
outputs *within one bundle*, never across bundles (Kestra, K1.6).
"""

from dataclasses import dataclass
from typing import NamedTuple

from catalog.reading.declared import AssetDeclaration, AssetReference


class ColumnLink(NamedTuple):
    """One column came out of another; the assets by their ids.

    `type` DIRECT or INDIRECT and `subtype` (IDENTITY, AGGREGATION, FILTER …) as OpenLineage's
    columnLineage facet names them, "" where nobody told. `upstream_column` "": the dataset as a
    whole; `downstream_column` "": every column, as with a filter or a join.
    """

    upstream: str
    upstream_column: str
    downstream: str
    downstream_column: str
    type: str = ""
    subtype: str = ""
    description: str = ""
    masking: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """One lineage statement. `origin`: declared, emitted, openlineage, sql, dbt or manual.

    `describes`: what is said of assets without writing them, as facets of an input. `sql`: the
    statement that the links were read from.
    """

    inputs: tuple[AssetReference, ...] = ()
    outputs: tuple[AssetDeclaration, ...] = ()
    origin: str = "declared"
    describes: tuple[AssetDeclaration, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    sql: str = ""
