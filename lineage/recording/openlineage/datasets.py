"""What runs, jobs and datasets say of assets: bundles, touches, facets and measurements.

Every facet is a word of its own, as old as the event that brought it, so that the latest holds in
whatever order events come (`catalog.merging`), and describes the dataset whatever became of the
run that told it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.merging import DROPPED
from catalog.reading.declared import Unset
from catalog.touches import Part, Touch
from lineage.dsl import UNSET, Bundle
from lineage.openlineage.accumulated import INPUT, OUTPUT, Accumulated, DatasetKey, DatasetSaid
from lineage.openlineage.events import DATASET, JobName, PostedDataset, PostedEvent
from lineage.openlineage.facets import Described, described
from lineage.openlineage.headwater import place_told
from lineage.openlineage.identity import lifecycle_of
from lineage.openlineage.links import ExplicitLinks, explicit_links, spoken_links
from lineage.openlineage.memory import Memory
from lineage.openlineage.quality import measurements_of
from lineage.openlineage.registers import Stamp
from lineage.openlineage.rules import Named, Rules
from lineage.recording.openlineage.bundles import (
    bundles_of,
    bundles_of_others,
    placed,
    stated_bundles,
)
from lineage.recording.openlineage.other_names import links_of
from lineage.recording.openlineage.speaking import Speaker, counting_touches, renewing_touch
from lineage.unifying import NameLink

#: An event → what its facets say of one dataset.
type Meanings = list[tuple[Stamp, Described]]


@dataclass(frozen=True, slots=True)
class SaidFacet:
    """One facet as it came. `position`: dataset, input or output."""

    asset: str
    position: str
    name: str
    stamp: Stamp
    body: Any


@dataclass(frozen=True, slots=True)
class SaidMeasurement:
    """`kind`: as AssetMeasurement."""

    asset: str
    kind: str
    name: str
    stamp: Stamp
    values: Mapping[str, Any]


@dataclass(slots=True)
class Said:
    """All that one run, job event or dataset event says of assets, by their ids."""

    bundles: list[Bundle] = field(default_factory=list)
    #: What holds without the run: links of no job, and what other jobs read and write.
    stated: list[Bundle] = field(default_factory=list)
    #: Of each the time (µs) of the event that stated it, and the other job.
    stated_by: list[tuple[int, JobName | None]] = field(default_factory=list)
    #: What only links name, now or in an earlier event.
    names: set[str] = field(default_factory=set)
    touches: dict[str, list[Touch]] = field(default_factory=lambda: defaultdict(list))
    facets: list[SaidFacet] = field(default_factory=list)
    measurements: list[SaidMeasurement] = field(default_factory=list)
    links: list[NameLink] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def all_bundles(self) -> tuple[Bundle, ...]:
        return (*self.bundles, *self.stated)

    def keep_only(self, allowed: set[str], read: set[str]) -> None:
        """Leave out what is said of assets that may not be changed; reading them counts still."""
        for id_ in self.touches.keys() - allowed:
            self.touches[id_] = [
                touch
                for touch in self.touches[id_]
                if touch.owner_register == "reader" or (touch.part is Part.READ and id_ in read)
            ]
        self.facets = [facet for facet in self.facets if facet.asset in allowed]
        self.measurements = [one for one in self.measurements if one.asset in allowed]


def said_of_datasets(
    known: Accumulated, events: Sequence[PostedEvent], rules: Rules, speaker: Speaker
) -> Said:
    """What is said of the datasets of a run, job or dataset event.

    `known`: what all events say together; `events`: those that are new.
    """
    said = Said(measurements=list(measured(events, rules)))
    told: dict[str, None] = {}
    places: dict[str, str | None | Unset] = {}
    listed = {rules.dataset(key[1], key[2]).id for key in known.datasets}
    for key, words in sorted(known.datasets.items()):
        named = rules.dataset(key[1], key[2])
        meanings = describe(said, key, named, words)
        known_type, place = place_told({name: body for name, (_, body) in words.facets.items()})
        if place is not UNSET:
            places[named.id] = place
        said.touches[named.id] += touches_of(key[0], named, meanings, speaker, known_type)
        if key[0] == OUTPUT:
            said.touches[named.id].append(renewing_touch(words.last, named.id, speaker))
        if key[0] == DATASET or words.facets or words.position_facets:
            told[named.id] = None
    said.links += links_of(known, events, rules, speaker)
    links = links_in(known)
    said.problems += links.problems
    for event in events:
        own = replace(speaker, earliest=event.at)
        name_linked(said, links_in(event), event.job, rules, own, listed)
    told |= {
        out.id: None
        for bundle, (_, job) in zip(said.stated, said.stated_by, strict=True)
        for out in bundle.outputs
        if job is None
    }
    said.bundles, linked = bundles_of(known, links, rules, told)
    if places:
        said.bundles = [placed(bundle, places) for bundle in said.bundles]
        said.stated = [placed(bundle, places) for bundle in said.stated]
    for position, named in linked:
        touches = touches_of(position, named, [], speaker)
        said.touches[named.id] += touches[1:] if position == INPUT else touches
    return said


#: Bytes of facets that are remembered; what they mean takes several times as much.
REMEMBERED = 4 << 20
_links = Memory[ExplicitLinks](REMEMBERED)
_meanings = Memory[Described](REMEMBERED)


def links_in(said: Accumulated | PostedEvent) -> ExplicitLinks:
    return _links.recall(spoken_links(said), lambda: explicit_links(said))


def meaning_of(dataset: PostedDataset, position: str) -> Described:
    return _meanings.recall((dataset, position), lambda: described(dataset, position))


def name_linked(  # noqa: PLR0913 one event
    said: Said,
    links: ExplicitLinks,
    job: JobName | None,
    rules: Rules,
    speaker: Speaker,
    listed: set[str],
) -> None:
    """Links of one event that hold without its run; and whatever any link names is an asset, also
    when a later event of the same run links others. `speaker`: as of that event."""
    at = speaker.earliest
    found: list[tuple[JobName | None, Bundle]] = [
        *((None, one) for one in stated_bundles(links, rules)),
        *bundles_of_others(links, job, rules),
    ]
    said.stated += [one for _, one in found]
    said.stated_by += [(at, other) for other, _ in found]
    ends = {touch.dataset for touch in (*links.reads, *links.writes)}
    ends |= {end for one in links.tables for end in (one.upstream, one.downstream)}
    ends |= {end for one in links.columns for end in (one.upstream, one.downstream)}
    for named in (rules.dataset(*name) for name in sorted(ends)):
        if named.id in listed:
            continue
        said.names.add(named.id)
        said.touches[named.id].append(naming_touch(INPUT, named, speaker))


def describe(said: Said, key: DatasetKey, named: Named, words: DatasetSaid) -> Meanings:
    """What the facets mean, by the event they came with; keeps them, and what they measured."""
    position, namespace, name = key
    groups: defaultdict[Stamp, tuple[dict[str, Any], dict[str, Any]]] = defaultdict(
        lambda: ({}, {})
    )
    for side, registers in enumerate((words.facets, words.position_facets)):
        where = position if side else "dataset"
        for facet, (at, body) in registers.items():
            groups[at][side][facet] = body
            said.facets.append(SaidFacet(named.id, where, facet, at, body))
    if position == OUTPUT:  # its name tells something as well, with every event that names it
        groups.setdefault(words.last, ({}, {}))
    meanings = []
    for at, (facets, position_facets) in sorted(groups.items()):
        meaning = meaning_of(PostedDataset(namespace, name, facets, position_facets), position)
        meanings.append((at, meaning))
        said.problems += [f"{namespace}/{name}: {problem}" for problem in meaning.problems]
    return meanings


def measured(events: Iterable[PostedEvent], rules: Rules) -> Iterator[SaidMeasurement]:
    """What each event measured: all of them are history, not only the latest."""
    for event in events:
        stamp = (event.at, event.digest)
        placed = [(INPUT, event.inputs), (OUTPUT, event.outputs)]
        if event.dataset is not None:
            placed.append((DATASET, (event.dataset,)))
        for position, datasets in placed:
            for dataset in datasets:
                asset = rules.dataset(dataset.namespace, dataset.name).id
                for one in measurements_of(dataset, position, []):
                    yield SaidMeasurement(asset, one.kind, one.name, stamp, one.values)
                if change := lifecycle_of(dataset.facets, []):
                    values = {"change": change.change}
                    values |= {"previous": "/".join(change.previous)} if change.previous else {}
                    yield SaidMeasurement(
                        asset, "lifecycle", "lifecycleStateChange", stamp, values
                    )


def touches_of(
    position: str,
    named: Named,
    meanings: Meanings,
    speaker: Speaker,
    known_type: str | None = None,
) -> list[Touch]:
    """One that names the asset, one for each event that describes it, one that counts.

    `known_type`: what another Headwater says of it, also of an output that was not written.
    """
    type_by_name = next(
        (meaning.type for _, meaning in meanings if not meaning.type_is_said), None
    )
    naming = naming_touch(position, named, speaker, type_by_name)
    touches = [replace(naming, hint=known_type, called=None) if known_type else naming]
    for said_at, meaning in meanings:
        kind = meaning.type if meaning.type_is_said else None
        if kind or meaning.fields or meaning.cleared or meaning.lifecycle:
            touches.append(
                Touch(
                    speaker.stamp(said_at, position, named.id),
                    said_at[0],
                    Part.DESCRIBE,
                    kind,
                    fields=meaning.fields,
                    source=speaker.source,
                    counts=False,
                    cleared=meaning.cleared,
                    name=named.id,
                    life=life_after(meaning),
                )
            )
    return [*touches, *counting_touches(position, named.id, speaker)]


def life_after(meaning: Described) -> str:
    """What a change leaves of the data."""
    if meaning.lifecycle is None:
        return ""
    return DROPPED if meaning.lifecycle.change == "DROP" else "alive"


def naming_touch(
    position: str, named: Named, speaker: Speaker, type_by_name: str | None = None
) -> Touch:
    """That there is such an asset, what it is called, and whose it is while nobody says more."""
    hint = type_by_name or meaning_of(PostedDataset(*named.spelled, {}, {}), position).type
    return Touch(
        speaker.stamp((speaker.earliest, ""), position, named.id),
        speaker.earliest,
        Part.DESCRIBE,
        job_namespace=speaker.job_namespace,
        source=speaker.source,
        counts=False,
        hint=hint,
        called=named.display_name,
        rule_namespace=named.namespace,
        owner_register="writer" if position == OUTPUT else "reader",
        name=named.id,
    )
