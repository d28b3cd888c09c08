"""Other names of the same dataset, as events tell them: by a rule, by symlinks, by a renaming.

Each event is heard, also one whose facet a later event of the same run has replaced: a name that
was told is a name, whatever came first.
"""

from collections.abc import Iterable, Iterator

from lineage.openlineage.accumulated import Accumulated
from lineage.openlineage.events import PostedDataset, PostedEvent
from lineage.openlineage.identity import lifecycle_of, symlinks_of
from lineage.openlineage.rules import Rules
from lineage.recording.openlineage.speaking import Speaker
from lineage.unifying import NameLink


def links_of(
    known: Accumulated, events: Iterable[PostedEvent], rules: Rules, speaker: Speaker
) -> Iterator[NameLink]:
    """`known`: what all events say together; `events`: those that are new."""
    for _, namespace, name in sorted(known.datasets):
        named = rules.dataset(namespace, name)
        for other in named.other_ids:
            yield NameLink(named.id, other, "rule", speaker.source, speaker.earliest)
    for event in events:
        own = (event.dataset,) if event.dataset is not None else ()
        for dataset in (*event.inputs, *event.outputs, *own):
            if dataset.facets.keys() & {"symlinks", "lifecycleStateChange"}:
                yield from _told(event, dataset, rules, speaker)


def _told(
    event: PostedEvent, dataset: PostedDataset, rules: Rules, speaker: Speaker
) -> Iterator[NameLink]:
    id_ = rules.dataset(dataset.namespace, dataset.name).id
    change = lifecycle_of(dataset.facets, [])
    before = [change.previous] if change and change.previous else []
    names = [("symlink", (name[0], name[1])) for name in symlinks_of(dataset, [])]
    for source, name in (*names, *(("rename", name) for name in before)):
        other = rules.dataset(*name).id
        if other != id_:
            yield NameLink(id_, other, source, speaker.source, event.at)
