"""The expression language: `{{ … }}` as people write it in Kestra flows, bounded and closed.

Nothing here can reach the server, its files or its network: expressions see the names and the
functions they are given, and pay for every bit of work out of a purse (`scope.py`).
"""

from lineage.dsl.expressions.functions import SECRET_MASK
from lineage.dsl.expressions.scope import (
    NO_FUNCTIONS,
    ExpressionError,
    Functions,
    Missing,
    Names,
    Purse,
    TooMuchWork,
)
from lineage.dsl.expressions.templates import check_template, evaluate_text, is_template, render

__all__ = [
    "NO_FUNCTIONS",
    "SECRET_MASK",
    "ExpressionError",
    "Functions",
    "Missing",
    "Names",
    "Purse",
    "TooMuchWork",
    "check_template",
    "evaluate_text",
    "is_template",
    "render",
]
