"""Flows, executions and lineage over HTTP."""
