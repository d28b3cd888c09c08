"""The shape that declarations, emissions and, later, OpenLineage events all come down to.

A bundle is one statement "these inputs went into these outputs": lineage links inputs with
outputs *within one bundle*, never across bundles (Kestra, K1.6).
"""

from dataclasses import dataclass

from catalog.reading.declared import AssetDeclaration, AssetReference


@dataclass(frozen=True, slots=True)
class Bundle:
    """One lineage statement. `origin` is "declared" or "emitted"."""

    inputs: tuple[AssetReference, ...] = ()
    outputs: tuple[AssetDeclaration, ...] = ()
    origin: str = "declared"
