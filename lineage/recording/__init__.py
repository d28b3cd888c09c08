"""Executions in; task runs, assets, usages, lineage events and edges out (DESIGN §4–6)."""

from lineage.recording.record import Result, record_executions

__all__ = ["Result", "record_executions"]
