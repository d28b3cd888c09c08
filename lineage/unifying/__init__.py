"""One asset, many names: two assets become one, with all that points at them, and two again.

Names are held against all others meanwhile (`catalog.finding.hold_names`), so that nobody records
anything under a name that is about to lead elsewhere.
"""

from lineage.unifying.links import NameLink, Unlinked
from lineage.unifying.merges import CannotMerge, MergeForbidden, merge_assets, unmerge
from lineage.unifying.names import unify_names
from lineage.unifying.since import note_retold

__all__ = [
    "CannotMerge",
    "MergeForbidden",
    "NameLink",
    "Unlinked",
    "merge_assets",
    "note_retold",
    "unify_names",
    "unmerge",
]
