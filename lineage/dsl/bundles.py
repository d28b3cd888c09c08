"""The shape that declarations, emissions, OpenLineage events, SQL and dbt all come down to.

A bundle is one statement "these inputs went into these outputs": lineage links inputs with
outputs *within one bundle*, never across bundles (Kestra, K1.6).
"""

from dataclasses import dataclass

from catalog.reading.declared import AssetDeclaration, AssetReference


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """One column that went into another, as OpenLineage's columnLineage facet tells it.

    `upstream` and `downstream` are asset ids; an empty `upstream_column` means the whole dataset,
    an empty `downstream_column` every column of it. `type` is "DIRECT" or "INDIRECT"; `subtype` is
    IDENTITY, TRANSFORMATION, AGGREGATION, JOIN, FILTER, GROUP_BY, SORT, WINDOW, CONDITIONAL, or ""
    when unknown. `description` is the expression.
    """

    upstream: str
    upstream_column: str
    downstream: str
    downstream_column: str
    type: str = "DIRECT"
    subtype: str = ""
    description: str = ""
    masking: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """One lineage statement.

    `origin` tells where it is from: declared (in the flow), emitted (by the task), manual (by
    hand), openlineage, sql (inferred from a statement, which is `sql` then) or dbt. `describes`
    says something of assets without writing them. `columns` are the links between columns.
    """

    inputs: tuple[AssetReference, ...] = ()
    outputs: tuple[AssetDeclaration, ...] = ()
    origin: str = "declared"
    describes: tuple[AssetDeclaration, ...] = ()
    columns: tuple[ColumnLink, ...] = ()
    sql: str = ""
