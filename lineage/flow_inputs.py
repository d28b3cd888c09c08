"""A flow's inputs for somebody who asks: as JSON, as a form, and as what the form says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.access import Access
from lineage import dsl
from lineage.dsl import SECRET_MASK, ResolvedInput, resolve_inputs
from lineage.lending import Lender

#: Before the name of a field, so that no input can pass for a parameter of the page.
FIELD = "input."


def inputs_of(
    access: Access, flow: dsl.Flow, filled: Mapping[str, Any] | None = None
) -> list[ResolvedInput]:
    """The inputs with their options; `assets()` finds what `access` may list."""
    lender = Lender(access, [flow.namespace])
    variables, functions = lender.variables(flow.namespace), lender.functions(flow.namespace)
    return resolve_inputs(flow, variables, functions, filled)


def filled_in(params: QueryDict, flow: dsl.Flow) -> dict[str, Any]:
    """What a form sent (`input.<id>=value`), by input id; unfilled ones are left out."""
    found: dict[str, Any] = {}
    for field in flow.inputs:
        values = [value for value in params.getlist(FIELD + field.id) if value != ""]
        if values:
            several = field.type.upper() in ("MULTISELECT", "ARRAY")
            found[field.id] = values if several else values[-1]
    return found


def inputs_json(inputs: Sequence[ResolvedInput]) -> list[dict[str, Any]]:
    """As the API answers them."""
    return [
        {
            "id": one.input.id,
            "type": one.input.type,
            "displayName": one.input.display_name,
            "description": one.input.description,
            "required": one.input.required,
            "defaults": one.value,
            "options": None if one.options is None else list(one.options),
            "allowCustomValue": one.input.custom_values,
            "expression": one.input.expression,
            "dependsOn": list(one.input.depends_on),
            "error": one.error or None,
        }
        for one in inputs
    ]


def values_text(inputs: Sequence[ResolvedInput]) -> str:
    """The JSON object that starts the flow with these values; secrets are left to the reader."""
    values = {one.input.id: typed(one) for one in inputs if one.value is not None}
    return json.dumps(values, indent=2, ensure_ascii=False, default=str)


def typed(one: ResolvedInput) -> Any:
    """A field's text as what its type calls for; the text itself where it does not fit."""
    value = one.value
    if one.is_secret:
        return SECRET_MASK
    if one.is_list:
        return value if isinstance(value, list) else [value]
    if not isinstance(value, str):
        return value
    if one.kind in ("INT", "FLOAT", "JSON", "BOOLEAN", "BOOL"):
        try:
            return dsl.parse_json(value)
        except dsl.InvalidJson:
            return value
    return value


#: Input type → `type` of the HTML field; the others are lines of text.
_LINES = {"INT": "number", "FLOAT": "number", "DATE": "date", "EMAIL": "email"}


@dataclass(frozen=True, slots=True)
class Control:
    """One field of the form. `look`: choice, choices, hidden, area or line.

    `options`: (text, whether it is chosen); `hidden` is for what nobody fills in here.
    """

    resolved: ResolvedInput
    name: str
    look: str
    line: str
    text: str
    options: tuple[tuple[str, bool], ...] = ()


def controls(inputs: Sequence[ResolvedInput]) -> list[Control]:
    return [_control(one) for one in inputs]


def _control(one: ResolvedInput) -> Control:
    options = one.options
    if options is None and one.kind in ("BOOLEAN", "BOOL"):
        options = ("true", "false")
    look = "line"
    if options is not None:
        look = "choices" if one.is_list else "choice"
    elif one.is_secret or one.kind == "FILE":
        look = "hidden"
    elif one.is_list or one.kind in ("JSON", "YAML"):
        look = "area"
    chosen = {
        as_text(value) for value in (one.value if isinstance(one.value, list) else [one.value])
    }
    return Control(
        one,
        FIELD + one.input.id,
        look,
        _LINES.get(one.kind, "text"),
        "" if one.value is None else as_text(one.value),
        tuple((option, option in chosen) for option in options or ()),
    )


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
