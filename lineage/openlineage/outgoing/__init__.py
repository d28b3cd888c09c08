"""Headwater's lineage as OpenLineage events: plain values in, JSON-able events out.

What came as OpenLineage goes out under its own names and with its own facets; everything else is
named by one rule (docs/exporters.md). `headwater_…` facets carry what OpenLineage has no word for.
"""
