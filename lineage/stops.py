"""Where a graph's data passes through flows: one stop a flow and task.

A flow whose tasks build on each other would, as one node, have lines back into itself; and what
belongs to one task would seem to belong to all (Kestra, K1.6). So a picture shows each task apart.
"""

from collections import Counter
from dataclasses import dataclass
from zlib import crc32

from lineage.queries.graph import FlowNode, Graph, Link


@dataclass(frozen=True, slots=True)
class Stop:
    """`task` is "" where the flow has but one here, or may not be seen."""

    uid: str
    node: FlowNode
    task: str = ""

    @property
    def name(self) -> str:
        """The flow's id, with the task where it takes more to tell stops apart; "" restricted."""
        flow = self.node.flow
        if flow is None:
            return ""
        return f"{flow.public_id} · {self.task}" if self.task else flow.public_id


def stop_uid(link: Link) -> str:
    """The stop that `link` passes; "" of a link without a flow."""
    seen = link.reading or link.writing
    if not link.flow or seen is None or not seen.task:
        return link.flow or ""
    return f"{link.flow}.{crc32(seen.task.encode()):08x}"


def stops_of(graph: Graph) -> dict[str, Stop]:
    """uid → stop, in the order of the links."""
    nodes = {node.uid: node for node in graph.flows}
    tasks: dict[str, tuple[FlowNode, str]] = {}
    for link in graph.links:
        if link.flow:
            seen = link.reading or link.writing
            tasks[stop_uid(link)] = nodes[link.flow], seen.task if seen else ""
    several = Counter(node.uid for node, _ in tasks.values())
    return {
        uid: Stop(uid, node, task if several[node.uid] > 1 else "")
        for uid, (node, task) in tasks.items()
    }
