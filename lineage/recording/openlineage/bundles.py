"""Which datasets went into which others: bundles from inputs, outputs and what facets link.

Without more, every input of a run went into every output. A facet that tells an output's sources
makes a bundle of that output alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from catalog.reading.declared import Unset
from lineage.dsl import UNSET, AssetDeclaration, AssetReference, Bundle
from lineage.dsl.bundles import ColumnLink
from lineage.openlineage.accumulated import INPUT, OUTPUT, Accumulated
from lineage.openlineage.events import JobName
from lineage.openlineage.links import ExplicitLinks, FieldLink, JobTouch
from lineage.openlineage.rules import Named, Rules

ORIGIN = "openlineage"

#: Asset id → its names, in the order of the datasets.
type Side = dict[str, Named]


def bundles_of(
    known: Accumulated, links: ExplicitLinks, rules: Rules, told: Iterable[str]
) -> tuple[list[Bundle], list[tuple[str, Named]]]:
    """(bundles, datasets that only links name with their positions).

    `told`: ids of assets that are described beside being read.
    """
    inputs, outputs = side(known, rules, INPUT), side(known, rules, OUTPUT)
    sources, columns, more = linked(links, rules, stated=False)
    reads, passing, making = touched_by(known.job, links, rules)
    inputs |= reads
    sources |= {id_: {**reads, **sources.get(id_, {})} for id_ in passing}
    spoken_for = {rules.dataset(*name).id for name in links.spoken_for}
    written = {**outputs, **making, **passing}
    written |= {id_: more[id_] for id_ in sources if id_ in more and id_ not in written}
    bundles, open_outputs = [], []
    for id_, named in written.items():
        if links.exhaustive or id_ in spoken_for or id_ not in outputs:
            bundles.append(bundle(sources.get(id_, {}), [named], columns.get(id_, ())))
        elif sources.get(id_) or columns.get(id_):
            read = {**inputs, **sources.get(id_, {})}
            bundles.append(bundle(read, [named], columns.get(id_, ())))
        else:
            open_outputs.append(named)
    used = {reference.id for one in bundles for reference in one.inputs}
    left = inputs if open_outputs else {id_: n for id_, n in inputs.items() if id_ not in used}
    if open_outputs or left:
        bundles.append(bundle(left, open_outputs))
    bundles = described_beside(bundles, [id_ for id_ in told if id_ not in written])
    names = {**more, **reads, **making, **passing}
    linked_in = {ref.id for one in bundles for ref in one.inputs} - side(
        known, rules, INPUT
    ).keys()
    rest = [(INPUT, names.get(id_) or written[id_]) for id_ in sorted(linked_in)]
    return bundles, rest + [(OUTPUT, written[id_]) for id_ in sorted(written.keys() - outputs)]


def described_beside(bundles: list[Bundle], told: list[str]) -> list[Bundle]:
    """Descriptions travel with the first bundle, or where there is none with one of their own."""
    if not told:
        return bundles
    first, *others = bundles or [Bundle(origin=ORIGIN)]
    said = tuple(declared(id_, None) for id_ in told)
    return [replace(first, describes=said), *others]


def stated_bundles(links: ExplicitLinks, rules: Rules) -> list[Bundle]:
    """Links that hold without the job, as the facets of a dataset state them."""
    sources, columns, names = linked(links, rules, stated=True)
    return [
        bundle(sources.get(id_, {}), [names[id_]], columns.get(id_, ()))
        for id_ in sorted(sources.keys() | columns.keys())
    ]


def bundles_of_others(
    links: ExplicitLinks, own: JobName | None, rules: Rules
) -> list[tuple[JobName, Bundle]]:
    """What Lineage facets say that other jobs read and write; what one of them reads goes into
    what it passes data on to (`JobTouch.passes`)."""
    found = []
    for job in dict.fromkeys(touch.job for touch in (*links.reads, *links.writes)):
        if job != own:
            read, passing, making = touched_by(job, links, rules)
            if passing or read:
                found.append((job, bundle(read, passing.values())))
            if making:
                found.append((job, bundle({}, making.values())))
    return found


def touched_by(job: JobName | None, links: ExplicitLinks, rules: Rules) -> tuple[Side, Side, Side]:
    """(what the job reads, what it passes that on to, what it makes besides), by id."""

    def side_of(touches: Iterable[JobTouch]) -> Side:
        named = (rules.dataset(*touch.dataset) for touch in touches if touch.job == job)
        return {one.id: one for one in named}

    passing = side_of(touch for touch in links.writes if touch.passes)
    making = side_of(touch for touch in links.writes if not touch.passes)
    apart = {id_: named for id_, named in making.items() if id_ not in passing}
    return side_of(links.reads), passing, apart


def side(known: Accumulated, rules: Rules, position: str) -> Side:
    named = (rules.dataset(key[1], key[2]) for key in sorted(known.datasets) if key[0] == position)
    return {one.id: one for one in named}


def linked(
    links: ExplicitLinks, rules: Rules, *, stated: bool
) -> tuple[dict[str, Side], dict[str, list[ColumnLink]], Side]:
    """(downstream → its sources, downstream → its column links, all that they name), by id."""
    sources: defaultdict[str, Side] = defaultdict(dict)
    columns: defaultdict[str, dict[ColumnLink, None]] = defaultdict(dict)
    names: Side = {}
    for table in links.tables:
        if table.stated == stated:
            upstream, downstream = rules.dataset(*table.upstream), rules.dataset(*table.downstream)
            names |= {upstream.id: upstream, downstream.id: downstream}
            sources[downstream.id][upstream.id] = upstream
    for link in links.columns:
        if link.stated == stated:
            upstream, downstream = rules.dataset(*link.upstream), rules.dataset(*link.downstream)
            names |= {upstream.id: upstream, downstream.id: downstream}
            sources[downstream.id][upstream.id] = upstream
            columns[downstream.id][column_link(link, upstream.id, downstream.id)] = None
    return dict(sources), {id_: list(found) for id_, found in columns.items()}, names


def column_link(link: FieldLink, upstream: str, downstream: str) -> ColumnLink:
    return ColumnLink(
        upstream,
        link.upstream_column,
        downstream,
        link.downstream_column,
        link.type,
        link.subtype,
        link.description,
        link.masking,
    )


def bundle(
    inputs: Mapping[str, Named], outputs: Iterable[Named], columns: Iterable[ColumnLink] = ()
) -> Bundle:
    return Bundle(
        tuple(AssetReference(id_) for id_ in inputs),
        tuple(declared(named.id, named.namespace) for named in outputs),
        ORIGIN,
        columns=tuple(columns),
    )


def placed(one: Bundle, places: Mapping[str, str | None | Unset]) -> Bundle:
    """With the namespaces that facets declare, so that it is asked whether they may be written."""

    def there(said: tuple[AssetDeclaration, ...]) -> tuple[AssetDeclaration, ...]:
        return tuple(
            replace(asset, namespace=places.get(asset.id, asset.namespace)) for asset in said
        )

    return replace(one, outputs=there(one.outputs), describes=there(one.describes))


def declared(id_: str, namespace: str | None) -> AssetDeclaration:
    """Stands for what touches say, so that it can be asked whether it may be said."""
    return AssetDeclaration(id_, "", namespace or UNSET)
