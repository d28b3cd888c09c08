"""Reads of runs, flows and the lineage graph; `access` comes first."""
