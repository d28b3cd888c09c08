"""The part of jq that selects and reshapes, interpreted here.

The C library cannot be interrupted, and its language loops forever, reads files and the
environment; `(.,.) | (.,.) | …` alone doubles its work with every step. So programs are parsed
and run here, out of the expression's purse: paths, slices, pipes, commas, construction,
comparison, arithmetic, `if`, and the functions in `functions.py`. Everything else is refused by
name: variables, `def`, `reduce`, `range`, regular expressions, string interpolation, formats.
"""

import functools
from typing import Any

from lineage.dsl.expressions.jq.parser import Parser
from lineage.dsl.expressions.jq.steps import Run
from lineage.dsl.expressions.jq.tokens import tokenize
from lineage.dsl.expressions.scope import ExpressionError, Scope

MAX_PROGRAM = 2_000


def run(scope: Scope, program: str, value: Any) -> list[Any]:
    """All outputs of a program for one input; raises ExpressionError."""
    check(program)
    scope.spend(1 + len(program) // 4)
    return _parsed(program)(scope, value)


def check(program: str) -> None:
    """Raises ExpressionError when a program is none of this language, whatever its input."""
    if len(program) > MAX_PROGRAM:
        raise ExpressionError(f"the jq program is longer than {MAX_PROGRAM} characters")
    _parsed(program)


@functools.lru_cache(maxsize=256)
def _parsed(program: str) -> Run:
    return Parser(tokenize(program)).parse()
