"""The inputs of a flow as the form that a person would fill: options, defaults, what is required.

`expression` of a SELECT or MULTISELECT is evaluated when somebody asks, with the flow's names and
whatever is filled in above it (Kestra: `dependsOn`). An expression that fails is told beside its
field and loses no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.reading.rules import describe_kind
from lineage.dsl.contexts import ExecutionContext, set_dotted
from lineage.dsl.expressions import (
    SECRET_MASK,
    ExpressionError,
    Functions,
    Names,
    evaluate_text,
    is_template,
)
from lineage.dsl.flows import Flow, FlowInput

MAX_OPTIONS = 1_000
CHOICES = frozenset({"SELECT", "MULTISELECT", "ENUM"})
LISTS = frozenset({"MULTISELECT", "ARRAY"})


@dataclass(frozen=True, slots=True)
class ResolvedInput:
    """`options` is None where any value goes. `value`: what is filled in, else the default."""

    input: FlowInput
    options: tuple[str, ...] | None
    value: Any
    error: str = ""

    @property
    def kind(self) -> str:
        return self.input.type.upper()

    @property
    def is_secret(self) -> bool:
        return self.kind == "SECRET"

    @property
    def is_list(self) -> bool:
        return self.kind in LISTS


def resolve_inputs(
    flow: Flow,
    variables: Mapping[str, Any],
    functions: Functions,
    filled: Mapping[str, Any] | None = None,
) -> list[ResolvedInput]:
    """The flow's inputs in their order. `variables`: the namespace's; `filled`: values by id."""
    given = filled or {}
    above: dict[str, Any] = {}
    execution = {"namespace": flow.namespace, "flowId": flow.id}
    names = ExecutionContext(flow, execution, variables).for_execution()
    names["inputs"] = above
    found: list[ResolvedInput] = []
    for field in flow.inputs:
        resolved = _resolve(field, given.get(field.id), names, functions)
        if resolved.value is not None:
            set_dotted(above, field.id.split("."), resolved.value)
        found.append(resolved)
    return found


def _resolve(field: FlowInput, filled: Any, names: Names, functions: Functions) -> ResolvedInput:
    value, options = field.defaults, field.values if field.values else None
    try:
        if isinstance(value, str) and is_template(value):
            value = evaluate_text(value, names, functions)
        if field.expression is not None:
            options = _options(evaluate_text(field.expression, names, functions))
    except ExpressionError as error:
        return ResolvedInput(field, (), None, str(error))
    if options is None and field.type.upper() in CHOICES:
        options = ()
    if field.type.upper() == "SECRET":
        value = SECRET_MASK if value is not None else None
    elif filled is not None:
        value = filled
    return ResolvedInput(field, None if options is None else tuple(map(_text, options)), value)


def _options(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"the expression must yield a list, not {describe_kind(value)}")
    if len(value) > MAX_OPTIONS:
        raise ExpressionError(f"the expression yields more than {MAX_OPTIONS} options")
    for option in value:
        if isinstance(option, list | tuple | Mapping):
            raise ExpressionError(f"an option must be text, not {describe_kind(option)}")
    return tuple(dict.fromkeys(value))


def _text(option: Any) -> str:
    if isinstance(option, bool):
        return "true" if option else "false"
    return str(option)
