"""Facets as people read them: a title and rows, the unknown ones as JSON.

Members that the specification does not know come after the others; what is of an unexpected type
is shown as JSON. A page offers the whole JSON besides.
"""

from lineage.openlineage.readable.masked import masked
from lineage.openlineage.readable.page import readable
from lineage.openlineage.readable.rows import ReadableFacet, Row

__all__ = ["ReadableFacet", "Row", "masked", "readable"]
