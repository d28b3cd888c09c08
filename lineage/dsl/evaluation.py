"""A declaration and a task run's names in; a bundle, and what went wrong, out (K1.5, K1.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.reading.assets import Parse, parse_asset, parse_reference
from catalog.reading.declared import AssetDeclaration, AssetError, AssetReference
from catalog.reading.rules import describe_kind
from lineage.dsl.bundles import Bundle
from lineage.dsl.expressions import (
    NO_FUNCTIONS,
    ExpressionError,
    Functions,
    evaluate_text,
    is_template,
    render,
)
from lineage.dsl.flows import FAILURE_BEHAVIORS, MAX_ITEMS, WARN, Declaration, Declared, Item

_PARSED = (AssetReference, AssetDeclaration)
_FAILED = object()
# Fields that one expression may give as a whole, and not as text.
_WHOLE_VALUES = frozenset({"metadata", "owners", "assetActions", "partOf", "relatedTo"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a declaration says for one task run. `bundle` is None when nothing usable is left,
    `enable_auto` when it is not said."""

    bundle: Bundle | None
    errors: tuple[AssetError, ...] = ()
    failure_behavior: str = WARN
    enable_auto: bool | None = None


def evaluate(
    declaration: Declaration, context: Mapping[str, Any], functions: Functions = NO_FUNCTIONS
) -> Evaluation:
    """Renders and validates every item; an item that fails is an error and loses no other."""
    run = _Run(context, functions)
    inputs = run.items(declaration.inputs, "inputs", parse_reference)
    outputs = run.items(declaration.outputs, "outputs", parse_asset)
    return Evaluation(
        bundle=Bundle(inputs, outputs) if inputs or outputs else None,
        failure_behavior=run.failure_behavior(declaration.failure_behavior),
        enable_auto=run.enable_auto(declaration.enable_auto),
        errors=tuple(run.errors),
    )


class _Run:
    def __init__(self, context: Mapping[str, Any], functions: Functions) -> None:
        self.context = context
        self.functions = functions
        self.errors: list[AssetError] = []

    def items(self, declared: Declared, field: str, parse: Parse) -> tuple[Any, ...]:
        if not declared:
            return ()
        if isinstance(declared, str):
            values = self.whole_list(declared, field)
        else:
            values = [self.item(item, f"{field}[{i}]") for i, item in enumerate(declared)]
        found = []
        for index, value in enumerate(values):
            if isinstance(value, _PARSED):
                found.append(value)
            elif value is not _FAILED:
                parsed, problems = parse(value, f"{field}[{index}]")
                if parsed is not None:
                    found.append(parsed)
                self.errors.extend(problems)
        return tuple(found)

    def whole_list(self, expression: str, field: str) -> list[Any]:
        """A list that one expression yields; its items are values already, not templates."""
        value = self.value(expression, field)
        if value is None or value is _FAILED:
            return []
        if not isinstance(value, list):
            self.error(field, f"the expression must yield a list, not {describe_kind(value)}")
            return []
        if len(value) > MAX_ITEMS:
            self.error(field, f"the expression yields more than {MAX_ITEMS} assets")
        return value[:MAX_ITEMS]

    def item(self, item: Item, place: str) -> Any:
        """An item with its templates rendered; _FAILED when one of them has no value."""
        if isinstance(item, _PARSED):
            return item
        if isinstance(item, str):
            return self.value(item, place)
        before = len(self.errors)
        rendered = {
            key: self.value(value, f"{place}.{key}")
            if key in _WHOLE_VALUES and isinstance(value, str)
            else self.rendered(value, f"{place}.{key}")
            for key, value in item.items()
        }
        return rendered if len(self.errors) == before else _FAILED

    def rendered(self, value: Any, place: str) -> Any:
        """`value` with the templates in it rendered to text."""
        if isinstance(value, str):
            return self.text(value, place) if is_template(value) else value
        if isinstance(value, dict):
            return {key: self.rendered(child, f"{place}.{key}") for key, child in value.items()}
        if isinstance(value, list):
            return [self.rendered(child, f"{place}[{i}]") for i, child in enumerate(value)]
        return value

    def text(self, template: str, place: str) -> str | None:
        try:
            return render(template, self.context, self.functions)
        except ExpressionError as error:
            self.error(place, str(error))
            return None

    def value(self, template: str, place: str) -> Any:
        try:
            return evaluate_text(template, self.context, self.functions)
        except ExpressionError as error:
            self.error(place, str(error))
            return _FAILED

    def failure_behavior(self, declared: str) -> str:
        if not is_template(declared):
            return declared
        text = (self.text(declared, "assetFailureBehavior") or WARN).strip().upper()
        if text not in FAILURE_BEHAVIORS:
            self.error("assetFailureBehavior", f"must be one of {', '.join(FAILURE_BEHAVIORS)}")
            return WARN
        return text

    def enable_auto(self, declared: bool | str | None) -> bool | None:
        if not isinstance(declared, str):
            return declared
        return (self.text(declared, "enableAuto") or "").strip().lower() == "true"

    def error(self, field: str, message: str) -> None:
        self.errors.append(AssetError(field, message))
