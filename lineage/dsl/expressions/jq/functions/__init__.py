"""The functions of the jq subset."""

from lineage.dsl.expressions.jq.functions import choosing, lists, maps, texts
from lineage.dsl.expressions.jq.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "choosing", "lists", "maps", "texts"]
