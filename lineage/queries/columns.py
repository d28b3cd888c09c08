"""What is known of the columns of one asset: whether one exists, and what is next to each."""

from catalog.columns import flattened
from catalog.models import Asset
from lineage.queries.walk import rows

_IN_EDGES = """
select exists (select from lineage_columnedge
    where downstream_id = %(asset)s and downstream_column = %(name)s)
or exists (select from lineage_columnedge
    where upstream_id = %(asset)s and upstream_column = %(name)s)
"""


def find_column(asset: Asset, name: str) -> bool:
    """Whether `asset` declares the column `name` (a path), or lineage mentions it."""
    if "\0" in name:
        return False
    if any(column.path == name for column in flattened(asset.columns)):
        return True
    return bool(rows(_IN_EDGES, {"asset": asset.pk, "name": name})[0][0])
