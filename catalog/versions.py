"""Which version of an asset somebody has seen: its ETag.

It stands for what can be edited. The times and counters that every run moves do not change it:
who edits a table that is written each minute would never be in time.
"""

import json
from hashlib import blake2b
from typing import Any

from catalog.declaring import Stored
from catalog.models import Asset
from catalog.reading.lifecycle import ttl_text


def etag_of(asset: Asset) -> str:
    """Of a row that comes with its `namespace`."""
    namespace = asset.namespace.name if asset.namespace else None
    return _etag(
        [asset.type, namespace, asset.display_name, asset.description, asset.metadata],
        [asset.owners, asset.tags, asset.columns],
        [asset.status, asset.expires_at and ttl_text(asset.expires_at)],
        [asset.actions, asset.part_of, asset.related_to],
        asset.deleted_at is not None,
    )


def etag_of_stored(asset: Stored) -> str:
    """The same, of a locked asset."""
    values = asset.values
    return _etag(
        [values.type, values.namespace, values.display_name, values.description, values.metadata],
        [values.owners, values.tags, values.columns],
        [values.status, values.ttl],
        [values.actions, values.part_of, values.related_to],
        asset.deleted_at is not None,
    )


def matches(expected: str, etag: str) -> bool:
    """Whether an If-Match header (`*`, or a list of tags) holds for `etag`."""
    return expected.strip() == "*" or etag in (tag.strip() for tag in expected.split(","))


def _etag(*parts: Any) -> str:
    content = json.dumps(parts, sort_keys=True)
    return f'"{blake2b(content.encode(), digest_size=12).hexdigest()}"'
