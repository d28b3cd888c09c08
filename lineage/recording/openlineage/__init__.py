"""OpenLineage events in; the same rows out as of posted executions (DESIGN §5–6)."""

from lineage.recording.openlineage.record import Outcome, record_event, record_events

__all__ = ["Outcome", "record_event", "record_events"]
