"""The filters behind `|`: Pebble's and Kestra's, under the names people know from there.

As in Pebble, null filtered is null (except by `default`), and numbers pass for text.
"""

from lineage.dsl.expressions.filters import collections, moments, structured, texts
from lineage.dsl.expressions.filters.registry import FILTERS

FILTERS.refuse(
    ("regexMatch", "regexReplace", "regexExtract"),
    "filter",
    "regular expressions are not run",
    always=True,
)
FILTERS.refuse(
    ("toIon", "yaml", "className", "sh", "condenseString"),
    "filter",
    "it belongs to the orchestrator's own engine",
)

__all__ = ["FILTERS", "collections", "moments", "structured", "texts"]
