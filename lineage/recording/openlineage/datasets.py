"""What runs, jobs and datasets say of assets: bundles, touches, facets and measurements.

Every facet is a word of its own, as old as the event that brought it, so that the latest holds in
whatever order events come (`catalog.merging`). What a failed run says with its last breath about
its outputs is kept as a facet and describes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.merging import DROPPED, Part, Touch, stamp
from lineage.dsl import Bundle
from lineage.openlineage.accumulated import INPUT, OUTPUT, Accumulated, DatasetKey, DatasetSaid
from lineage.openlineage.events import DATASET, PostedDataset
from lineage.openlineage.facets import Described, described
from lineage.openlineage.headwater import type_told
from lineage.openlineage.links import explicit_links
from lineage.openlineage.registers import Stamp
from lineage.openlineage.rules import Named, Rules
from lineage.recording.openlineage.bundles import bundles_of, stated_bundles
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
    #: Links that hold without the job.
    stated: list[Bundle] = field(default_factory=list)
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
            reads = [t for t in self.touches[id_] if t.part is Part.READ] if id_ in read else []
            self.touches[id_] = reads
        self.facets = [facet for facet in self.facets if facet.asset in allowed]
        self.measurements = [one for one in self.measurements if one.asset in allowed]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it. `origin` breaks ties of time (DESIGN §6, Order); `source`: as AssetChange's.

    `earliest` and `at` in µs: its first event, and what its reads and writes are counted at.
    `part`: what it did to its outputs; None for one that does nothing, as a job's design.
    """

    origin: str
    source: Mapping[str, Any]
    job_namespace: str | None
    earliest: int
    at: int
    part: Part | None


def said_of_datasets(known: Accumulated, rules: Rules, speaker: Speaker) -> Said:
    """What is said of the datasets of a run, job or dataset event."""
    said = Said()
    last_breath = {known.types[name][1] for name in ("FAIL", "ABORT") if name in known.types}
    told: dict[str, None] = {}
    for key, words in sorted(known.datasets.items()):
        named = rules.dataset(key[1], key[2])
        meanings = describe(said, key, named, words, last_breath)
        known_type = type_told({name: body for name, (_, body) in words.facets.items()})
        said.touches[named.id] += touches_of(key[0], named, meanings, speaker, known_type)
        said.links += links_of(named, meanings, rules, speaker)
        if key[0] == DATASET or any(says(meaning) for _, meaning in meanings):
            told[named.id] = None
    links = explicit_links(known)
    said.stated, stated = stated_bundles(links, rules)
    said.problems += links.problems
    said.bundles, linked = bundles_of(known, links, rules, told)
    for position, named in (*linked, *stated):
        if named.id not in said.touches:
            said.touches[named.id] += touches_of(position, named, [], speaker)
    return said


def says(meaning: Described) -> bool:
    return bool(meaning.fields or meaning.type_is_said or meaning.measurements)


def describe(
    said: Said, key: DatasetKey, named: Named, words: DatasetSaid, last_breath: set[Stamp]
) -> Meanings:
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
    if position == OUTPUT and not groups:
        groups[words.last] = ({}, {})
    meanings = []
    for at, (facets, position_facets) in sorted(groups.items()):
        if position == OUTPUT and at in last_breath:
            continue
        meaning = described(PostedDataset(namespace, name, facets, position_facets), position)
        meanings.append((at, meaning))
        said.problems += [f"{namespace}/{name}: {problem}" for problem in meaning.problems]
        said.measurements += measured(named.id, at, meaning)
    return meanings


def measured(asset: str, at: Stamp, meaning: Described) -> list[SaidMeasurement]:
    found = [
        SaidMeasurement(asset, one.kind, one.name, at, one.values) for one in meaning.measurements
    ]
    if meaning.lifecycle:
        previous = meaning.lifecycle.previous
        values = {"change": meaning.lifecycle.change}
        values |= {"previous": "/".join(previous)} if previous else {}
        found.append(SaidMeasurement(asset, "lifecycle", "lifecycleStateChange", at, values))
    return found


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
    place = 1 if position == OUTPUT else 0
    type_by_name = next(
        (meaning.type for _, meaning in meanings if not meaning.type_is_said), None
    )
    naming = naming_touch(position, named, speaker, type_by_name)
    touches = [replace(naming, hint=known_type, called=None) if known_type else naming]
    for (at, _), meaning in meanings:
        fields = dict(meaning.fields)
        if meaning.lifecycle and meaning.lifecycle.change == "DROP":
            fields["status"] = DROPPED
        kind = meaning.type if meaning.type_is_said else None
        if kind or fields or meaning.cleared:
            touches.append(
                Touch(
                    stamp(at, speaker.origin, place),
                    at,
                    Part.DESCRIBE,
                    kind,
                    fields=fields,
                    source=speaker.source,
                    counts=False,
                    cleared=meaning.cleared,
                    name=named.id,
                )
            )
    part = Part.READ if position == INPUT else speaker.part if position == OUTPUT else None
    if speaker.part is not None and part is not None:
        now = stamp(speaker.at, speaker.origin, place)
        touches.append(Touch(now, speaker.at, part, source=speaker.source, declares=False))
        dropped = any(m.lifecycle and m.lifecycle.change == "DROP" for _, m in meanings)
        if part is Part.WRITE and not dropped:
            revives = Touch(
                now,
                speaker.at,
                Part.DESCRIBE,
                source=speaker.source,
                counts=False,
                revives=True,
            )
            touches.append(revives)
    return touches


def naming_touch(
    position: str, named: Named, speaker: Speaker, type_by_name: str | None = None
) -> Touch:
    """That there is such an asset, what it is called, and whose it is while nobody says more."""
    hint = type_by_name or described(PostedDataset(*named.spelled, {}, {}), position).type
    return Touch(
        stamp(speaker.earliest, speaker.origin, 1 if position == OUTPUT else 0),
        speaker.earliest,
        Part.DESCRIBE,
        job_namespace=speaker.job_namespace,
        source=speaker.source,
        counts=False,
        hint=hint,
        called=named.display_name,
        rule_namespace=named.namespace,
        owner_register="writer" if position == OUTPUT else "reader",
    )


def links_of(named: Named, meanings: Meanings, rules: Rules, speaker: Speaker) -> list[NameLink]:
    """Other names of the same asset: without the rule, by symlinks, and before a renaming."""
    links = []
    if named.default_id != named.id:
        links.append(NameLink(named.id, named.default_id, "rule", speaker.source))
    for _, meaning in meanings:
        for namespace, name, _kind in meaning.symlinks:
            other = rules.dataset(namespace, name)
            if other.id != named.id:
                links.append(NameLink(named.id, other.id, "symlink", speaker.source))
        previous = meaning.lifecycle.previous if meaning.lifecycle else None
        if previous and (before := rules.dataset(*previous)).id != named.id:
            links.append(NameLink(named.id, before.id, "rename", speaker.source))
    return links
