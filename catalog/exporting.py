"""Assets out: what a search finds and its reader may see, page by page, in bounded memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.access import Access
from accounts.bulk import run
from catalog.freshness import freshness
from catalog.interchange.records import ASSET
from catalog.interchange.writing import CsvWriter, LineWriter, Writer, YamlWriter
from catalog.models import Asset
from catalog.queries import Search, list_assets
from catalog.reading.lifecycle import ttl_text

PAGE = 500
MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "yaml": "application/yaml",
}
#: What tables tell beside what can be imported again.
TOLD = ("state", "lastWritten", "lastRead", "created")

#: (kind, value), as `catalog.interchange.writing` takes them.
type Item = tuple[str, Mapping[str, Any]]


def asset_items(
    access: Access, search: Search, now: datetime, *, told: bool = False
) -> Iterator[list[Item]]:
    """The assets by id, a list a page; a constant number of statements each."""
    search = Search(search.words, search.tree, (("id", False),))
    cursor = ""
    while True:
        found = list_assets(access, search, now, size=PAGE, cursor=cursor)
        aliases = aliases_of(found.assets)
        yield [
            (ASSET, asset_value(one, aliases.get(one.pk, [])) | (_told(one, now) if told else {}))
            for one in found.assets
        ]
        cursor = found.next_cursor
        if not cursor:
            return


def asset_value(asset: Asset, aliases: list[dict[str, str]]) -> dict[str, Any]:
    """Everything that can be said of an asset; it comes with its namespace."""
    return {
        "id": asset.public_id,
        "type": asset.type,
        "namespace": asset.namespace.name if asset.namespace else None,
        "displayName": asset.display_name,
        "description": asset.description,
        "owners": asset.owners,
        "tags": asset.tags,
        "status": asset.status,
        "ttl": ttl_text(asset.expires_at) if asset.expires_at else None,
        "metadata": asset.metadata,
        "columns": asset.columns,
        "partOf": asset.part_of,
        "relatedTo": asset.related_to,
        "assetActions": asset.actions,
        "aliases": aliases,
    }


def aliases_of(assets: Sequence[Asset]) -> dict[int, list[dict[str, str]]]:
    """Asset (row) → its other names, by name; of assets that may be seen. One statement."""
    found: dict[int, list[dict[str, str]]] = {}
    if assets:
        rows = run(
            "select asset_id, name, source from catalog_assetalias"
            " where asset_id = any(%s::bigint[]) order by asset_id, name",
            [[asset.pk for asset in assets]],
        )
        for pk, name, source in rows:
            found.setdefault(pk, []).append({"name": name, "source": source})
    return found


def _told(asset: Asset, now: datetime) -> dict[str, Any]:
    state = getattr(asset, "state", None)
    return {
        "state": str(freshness(asset.type, state, now).state),
        "lastWritten": _time(state and state.last_written_at),
        "lastRead": _time(state and state.last_read_at),
        "created": _time(asset.created_at),
    }


def _time(when: datetime | None) -> str:
    return when.isoformat() if when else ""


def writer_of(
    form: str, kind: str = ASSET, *, keys: Sequence[str] = (), bom: bool = False
) -> Writer:
    """The writer of a format; a CSV holds one kind."""
    if form == "csv":
        return CsvWriter(kind, keys=keys, told=TOLD if kind == ASSET else (), bom=bom)
    return LineWriter() if form == "jsonl" else YamlWriter()


def text_of(writer: Writer, pages: Iterable[list[Item]]) -> Iterator[str]:
    """The file, a piece a page."""
    yield writer.head()
    for page in pages:
        yield "".join(writer.record(kind, value) for kind, value in page)
    yield writer.foot()
