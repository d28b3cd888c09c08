"""A declaration and a task run's names in; a bundle, and what went wrong, out (K1.5, K1.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.dsl.assets import parse_asset, parse_reference
from lineage.dsl.bundles import AssetError, Bundle
from lineage.dsl.expressions import (
    NO_FUNCTIONS,
    ExpressionError,
    Functions,
    evaluate_text,
    is_template,
    render,
)
from lineage.dsl.flows import FAILURE_BEHAVIORS, WARN, Declaration, Declared
from lineage.dsl.rules import describe_kind

MAX_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a declaration says for one task run. `bundle` is None when nothing usable is left."""

    bundle: Bundle | None
    errors: tuple[AssetError, ...] = ()
    failure_behavior: str = WARN
    enable_auto: bool = False


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

    def items(self, declared: Declared, field: str, parse: Any) -> tuple[Any, ...]:
        if not declared:
            return ()
        rendered = isinstance(declared, str)
        items = self.whole_list(declared, field) if isinstance(declared, str) else declared
        if len(items) > MAX_ITEMS:
            self.error(field, f"holds more than {MAX_ITEMS} assets")
            items = items[:MAX_ITEMS]
        found = []
        for index, item in enumerate(items):
            place = f"{field}[{index}]"
            errors = len(self.errors)
            if not rendered:
                item = self.rendered(item, place, whole=True)
            if len(self.errors) == errors:
                parsed, problems = parse(item, place)
                if parsed is not None:
                    found.append(parsed)
                self.errors.extend(problems)
        return tuple(found)

    def whole_list(self, expression: str, field: str) -> tuple[Any, ...]:
        """A list that one expression yields; its items are values already, not templates."""
        value = self.value(expression, field)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.error(field, f"the expression must yield a list, not {describe_kind(value)}")
            return ()
        return tuple(value)

    def rendered(self, item: Any, place: str, *, whole: bool = False) -> Any:
        """`item` with its templates rendered to text; `whole`: a text may become a map."""
        if isinstance(item, str):
            if not is_template(item):
                return item
            return self.value(item, place) if whole else self.text(item, place)
        if isinstance(item, Mapping):
            return {
                key: self.rendered(value, f"{place}.{key}", whole=whole and key == "metadata")
                for key, value in item.items()
            }
        if isinstance(item, list):
            return [self.rendered(child, f"{place}[{i}]") for i, child in enumerate(item)]
        return item

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
            return None

    def failure_behavior(self, declared: str) -> str:
        if not is_template(declared):
            return declared
        text = (self.text(declared, "assetFailureBehavior") or WARN).strip().upper()
        if text not in FAILURE_BEHAVIORS:
            self.error("assetFailureBehavior", f"must be one of {', '.join(FAILURE_BEHAVIORS)}")
            return WARN
        return text

    def enable_auto(self, declared: bool | str) -> bool:
        if isinstance(declared, bool):
            return declared
        return (self.text(declared, "enableAuto") or "").strip().lower() == "true"

    def error(self, field: str, message: str) -> None:
        self.errors.append(AssetError(field, message))
