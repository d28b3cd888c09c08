"""Templates: texts with `{{ … }}` in them, compiled once and evaluated often."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from lineage.dsl.expressions.building import Builder
from lineage.dsl.expressions.parser import PebbleParser
from lineage.dsl.expressions.scope import (
    MAX_TEXT,
    NO_FUNCTIONS,
    WORK_UNITS,
    ExpressionError,
    Functions,
    Purse,
    Scope,
    TooMuchWork,
)
from lineage.dsl.expressions.tokens import MAX_TOKENS
from lineage.dsl.expressions.values import from_json, to_text

MAX_TEMPLATE = 32_768
# Lexing, parsing and building take some 12 µs a token.
UNITS_PER_TOKEN = 24

Parts = tuple[str | Callable[[Scope], Any], ...]


def is_template(text: str) -> bool:
    """Whether a text has to be evaluated at all; most have not."""
    return "{{" in text or "{%" in text or "{#" in text


def check_template(text: str) -> None:
    """Raises ExpressionError when a template could never be evaluated."""
    try:
        _compiled(text)
    except ExpressionError as error:
        raise error.within(text) from None


def render(text: str, context: Mapping[str, Any], functions: Functions = NO_FUNCTIONS) -> str:
    """The text with its expressions replaced by their values, at most 64 KiB.

    Raises ExpressionError, and nothing else, whatever the text.
    """
    if not is_template(text):
        return text
    return _run(_as_text, text, context, functions)


def evaluate_text(
    text: str, context: Mapping[str, Any], functions: Functions = NO_FUNCTIONS
) -> Any:
    """The value of a text that is one expression; of any other template, its rendered text.

    A resulting text that reads as a JSON list or map becomes that (Kestra: a list may be given
    by an expression that renders to one). Raises ExpressionError.
    """
    if not is_template(text):
        return text
    return _run(_as_value, text, context, functions)


def _run(
    evaluate: Callable[[Scope, str], Any],
    text: str,
    context: Mapping[str, Any],
    functions: Functions,
) -> Any:
    purse: Purse | None = getattr(context, "purse", None)
    units = WORK_UNITS if purse is None else min(WORK_UNITS, purse.units)
    scope = Scope(context, functions, units)
    try:
        if units <= 0:
            raise TooMuchWork("the expressions of this execution take too much work")
        return evaluate(scope, text)
    except ExpressionError as error:
        raise error.within(text) from None
    except RecursionError:
        raise TooMuchWork("the expression is nested too deeply") from None
    finally:
        if purse is not None:
            purse.units -= units - scope.units


def _as_text(scope: Scope, text: str) -> str:
    return _joined(_compiled(text, scope), scope)


def _as_value(scope: Scope, text: str) -> Any:
    value = evaluate_in(scope, text.strip())
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        return from_json(scope, value)
    return value


def evaluate_in(scope: Scope, text: str) -> Any:
    """The value of a template inside another evaluation, out of its purse."""
    parts = _compiled(text, scope)
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0](scope)
    return _joined(parts, scope)


def _joined(parts: Parts, scope: Scope) -> str:
    texts = []
    length = 0
    for part in parts:
        text = part if isinstance(part, str) else to_text(scope, part(scope))
        length += len(text)
        if length > MAX_TEXT:
            raise TooMuchWork(f"the text would be longer than {MAX_TEXT} characters")
        texts.append(text)
    scope.spend(1 + length // 32)
    return "".join(texts)


class _Cache:
    """Compiled templates by their text; the oldest make room. Bounded by the tokens in it, since
    they are what takes memory, and paid for by whoever compiles."""

    CAPACITY = 50_000

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Parts, int]] = {}
        self.tokens = 0
        self.lock = Lock()

    def get(self, text: str, scope: Scope | None = None) -> Parts:
        found = self.kept.get(text)
        if found is not None:
            return found[0]
        # Paid ahead for as many tokens as there could be; what was too much comes back.
        deposit = UNITS_PER_TOKEN * min(len(text), MAX_TOKENS)
        if scope is not None:
            scope.spend(deposit)
        parts, tokens = _compile(text)
        if scope is not None:
            scope.units += deposit - UNITS_PER_TOKEN * tokens
        with self.lock:
            if text not in self.kept:
                self.kept[text] = parts, tokens
                self.tokens += tokens
            while self.tokens > self.CAPACITY:
                _, dropped = self.kept.pop(next(iter(self.kept)))
                self.tokens -= dropped
        return parts


def _compile(text: str) -> tuple[Parts, int]:
    """The parts, and how many tokens they were made of."""
    if len(text) > MAX_TEMPLATE:
        raise ExpressionError(f"the template is longer than {MAX_TEMPLATE} characters")
    try:
        parser = PebbleParser(text)
        # The lexer lets no statement through, so this is all there is: texts and expressions.
        outputs = (node for node in parser.subparse() if isinstance(node, nodes.Output))
        builder = Builder()
        parts = tuple(_part(builder, node) for output in outputs for node in output.nodes)
    except TemplateSyntaxError as error:
        raise ExpressionError(error.message or "broken syntax", error.lineno) from None
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    return parts, parser.stream.count


def _part(builder: Builder, node: nodes.Expr) -> str | Callable[[Scope], Any]:
    return node.data if isinstance(node, nodes.TemplateData) else builder.visit(node).run


_compiled = _Cache().get
