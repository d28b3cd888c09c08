"""From what a script does to bundles: names become assets, and what is declared wins.

A side (inputs or outputs) that the declaration tells is complete: what is inferred adds nothing
to it, but may link its assets, column by column (docs/decisions/sql-lineage.md).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lineage.dsl import AssetDeclaration, AssetReference, Bundle
from lineage.dsl.bundles import ColumnLink
from lineage.openlineage.naming import asset_id
from lineage.openlineage.rules import Rules
from lineage.sql import StatementLineage

ORIGIN = "sql"
TABLE = "io.kestra.plugin.ee.assets.Table"
FILE = "io.kestra.plugin.ee.assets.File"
#: Bundles of one script; statements beyond it are left out, and it is said.
MOST_BUNDLES = 500

_URI = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*)(/.*)?", re.IGNORECASE | re.DOTALL)
#: Kestra's own storage: a file of one run.
_PASSING = frozenset({"kestra"})
_LOCAL = re.compile(
    r"[/\\]|^\w:|\.(csv|tsv|parquet|json|jsonl|ndjson|xlsx|txt)(\.(gz|zst|zip))?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a task run says itself. `inputs` and `outputs`: ids, None where it declares none;
    `bundles`: all that it says, emitted ones too."""

    bundles: Sequence[Bundle] = ()
    inputs: frozenset[str] | None = None
    outputs: frozenset[str] | None = None

    @classmethod
    def of(cls, bundles: Sequence[Bundle]) -> "Said":
        declared = [bundle for bundle in bundles if bundle.origin == "declared"]
        inputs = frozenset(item.id for bundle in declared for item in bundle.inputs)
        outputs = frozenset(item.id for bundle in declared for item in bundle.outputs)
        return cls(bundles, inputs or None, outputs or None)


def asset_of(name: str, rules: Rules) -> tuple[str, str] | None:
    """(id, type) of a table or file as SQL names it; None for a file that only one run sees.

    A file is the dataset that OpenLineage would call so; a table is called as it is written.
    """
    uri = _URI.fullmatch(name)
    if uri is not None:
        scheme, authority, path = uri[1].lower(), uri[2], uri[3] or "/"
        if scheme in _PASSING:
            return None
        return rules.dataset(f"{scheme}://{authority}" if authority else scheme, path).id, FILE
    if name.startswith("/"):
        return rules.dataset("file", name).id, FILE
    if name.startswith("@"):
        return asset_id("", name.lstrip("@~/") or name, "{name}"), FILE
    if _LOCAL.search(name):
        return None
    return asset_id("", name, "{name}"), TABLE


class Naming:
    """The assets that the names of one script mean, for a task run that says something itself."""

    def __init__(self, said: Said, rules: Rules) -> None:
        self.said = said
        self.rules = rules
        self.types: dict[str, str] = {}
        self._inputs = _ids(said.inputs, (b.inputs for b in said.bundles))
        self._outputs = _ids(said.outputs, (b.outputs for b in said.bundles))

    def read(self, name: str) -> str | None:
        return self._named(name, self._inputs, self.said.inputs)

    def written(self, name: str) -> str | None:
        return self._named(name, self._outputs, self.said.outputs)

    def _named(
        self, name: str, known: frozenset[str], declared: frozenset[str] | None
    ) -> str | None:
        found = asset_of(name, self.rules)
        if found is None:
            return None
        id_, kind = found
        id_ = _same(id_, known) or id_
        self.types.setdefault(id_, kind)
        return id_ if declared is None or id_ in declared else None


def _ids(
    declared: frozenset[str] | None,
    sides: Iterable[Sequence[AssetReference] | Sequence[AssetDeclaration]],
) -> frozenset[str]:
    return declared or frozenset(item.id for side in sides for item in side)


def _same(id_: str, known: frozenset[str]) -> str | None:
    """The one known asset that a name means: the same, or one ends in the other, part by part
    (`orders` and `shop.public.orders`)."""
    if id_ in known:
        return id_
    parts = _parts(id_)
    alike = [one for one in known if _ends_alike(_parts(one), parts)]
    return alike[0] if len(alike) == 1 else None


def _parts(id_: str) -> list[str]:
    return [id_] if "/" in id_ else id_.lower().split(".")


def _ends_alike(one: list[str], other: list[str]) -> bool:
    length = min(len(one), len(other))
    return one[-length:] == other[-length:]


def bundles_of(
    statements: Iterable[StatementLineage], said: Said, rules: Rules
) -> tuple[list[Bundle], bool]:
    """All bundles of a task run, with what its statements add; whether some were left out.

    A statement between assets of a bundle that is there already adds its columns and its text.
    """
    naming = Naming(said, rules)
    bundles = list(said.bundles)
    made: dict[tuple[tuple[str, ...], tuple[str, ...]], Bundle] = {}
    for statement in statements:
        for found in links_of(statement, naming):
            place = _covering(bundles, found)
            key = tuple(i.id for i in found.inputs), tuple(o.id for o in found.outputs)
            if place is not None:
                bundles[place] = _joined(bundles[place], found)
            elif key in made:
                made[key] = _joined(made[key], found)
            elif len(made) < MOST_BUNDLES:
                made[key] = found
            else:
                return [*bundles, *made.values()], True
    return [*bundles, *made.values()], False


def links_of(statement: StatementLineage, naming: Naming) -> Iterator[Bundle]:
    """One bundle of all; a table that is read and written feeds the others, but not itself."""
    reads = {name: id_ for name in statement.reads if (id_ := naming.read(name))}
    writes = {name: id_ for name in statement.writes if (id_ := naming.written(name))}
    columns = list(_columns(statement.columns, reads, writes))
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    for target in writes.values():
        feeding = tuple(dict.fromkeys(id_ for id_ in reads.values() if id_ != target))
        groups.setdefault(feeding, {})[target] = None
    used = {id_ for feeding in groups for id_ in feeding}
    for feeding, targets in groups.items():
        yield _bundle(feeding, targets, columns, statement.sql, naming.types)
    alone = dict.fromkeys(id_ for id_ in reads.values() if id_ not in used)
    if alone:
        yield _bundle(alone, (), (), statement.sql, naming.types)


def _bundle(
    inputs: Iterable[str],
    outputs: Iterable[str],
    columns: Iterable[ColumnLink],
    sql: str,
    types: Mapping[str, str],
) -> Bundle:
    inputs, outputs = tuple(inputs), tuple(outputs)
    return Bundle(
        tuple(AssetReference(id_, types.get(id_)) for id_ in inputs),
        tuple(AssetDeclaration(id_, types.get(id_, TABLE)) for id_ in outputs),
        ORIGIN,
        columns=tuple(
            link for link in columns if link.upstream in inputs and link.downstream in outputs
        ),
        sql=sql,
    )


def _columns(
    links: Iterable[ColumnLink], reads: Mapping[str, str], writes: Mapping[str, str]
) -> Iterator[ColumnLink]:
    for link in links:
        upstream, downstream = reads.get(link.upstream), writes.get(link.downstream)
        if upstream and downstream and upstream != downstream:
            yield link._replace(upstream=upstream, downstream=downstream)


def _covering(bundles: Sequence[Bundle], found: Bundle) -> int | None:
    """The bundle that links these assets already."""
    inputs = {item.id for item in found.inputs}
    outputs = {item.id for item in found.outputs}
    for place, bundle in enumerate(bundles):
        if inputs <= {i.id for i in bundle.inputs} and outputs <= {o.id for o in bundle.outputs}:
            return place
    return None


def _joined(bundle: Bundle, found: Bundle) -> Bundle:
    links = found.inputs and found.outputs
    return replace(
        bundle,
        columns=tuple(dict.fromkeys((*bundle.columns, *found.columns))),
        sql=bundle.sql or (found.sql if links else ""),
    )
