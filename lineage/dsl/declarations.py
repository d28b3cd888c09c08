"""Reads the `assets` block of a task or trigger (K1.1), checking what can be checked before a run.

Literal ids, types and namespaces are validated here; of templates only the syntax, so that a typo
shows when the flow is registered and not in the first run.
"""

from typing import Any, NamedTuple

from catalog.reading import rules
from catalog.reading.assets import Parse, metadata_problem, parse_asset, parse_reference
from catalog.reading.yaml_nodes import Node, child_path
from lineage.dsl.expressions import ExpressionError, check_template, is_template
from lineage.dsl.fields import Fields
from lineage.dsl.flows import FAILURE_BEHAVIORS, MAX_ITEMS, WARN, Declaration, Declared

_TEXTS = {
    "id": rules.validate_asset_id,
    "type": rules.validate_type,
    "namespace": rules.validate_namespace,
    "displayName": rules.validate_text,
    "description": rules.validate_text,
}


class _Side(NamedTuple):
    """How the items of `inputs` or of `outputs` are read."""

    required: tuple[str, ...]
    parse: Parse


_INPUTS = _Side(("id",), parse_reference)
_OUTPUTS = _Side(("id", "type"), parse_asset)


def read_declaration(owner: Fields) -> Declaration | None:
    """The declaration of a task or trigger; None when it has none."""
    if owner.get("assets") is None:
        return None
    block = owner.inner("assets")
    if block is None:
        owner.problem("must be a map", "assets")
        return None
    return Declaration(
        inputs=_declared(block, "inputs", _INPUTS),
        outputs=_declared(block, "outputs", _OUTPUTS),
        enable_auto=_enable_auto(block),
        failure_behavior=_failure_behavior(block),
        line=block.node.line,
    )


def _declared(block: Fields, key: str, side: _Side) -> Declared:
    node = block.get(key)
    if node is None:
        return None
    path = block.path_of(key)
    if isinstance(node.value, str) and is_template(node.value):
        _check(block, node, path)
        return node.value
    if not isinstance(node.value, list):
        block.problem_at(node, path, "must be a list, or an expression that yields one")
        return None
    if len(node.value) > MAX_ITEMS:
        block.problem_at(node, path, f"holds more than {MAX_ITEMS} assets")
        return None
    items = enumerate(node.value)
    return tuple(_item(block, child, f"{path}[{i}]", side) for i, child in items)


def _item(block: Fields, node: Node, path: str, side: _Side) -> Any:
    """A literal item as what it stands for; one with templates as it was written."""
    before = len(block.problems)
    if isinstance(node.value, dict):
        item: Any = _asset(Fields(node, path, block.problems), side.required)
    elif node.text is None or (side is _OUTPUTS and not is_template(node.text)):
        block.problem_at(node, path, f"must be a map with {' and '.join(side.required)}")
        return None
    else:
        item = node.text
        message = None if is_template(item) else rules.validate_asset_id(item)
        if message:
            block.problem_at(node, path, message)
        _check(block, node, path)
    if len(block.problems) > before or holds_template(item):
        return item
    parsed, errors = side.parse(item, path)
    for error in errors:
        block.problem_at(node, error.field, error.message)
    return parsed


def _asset(fields: Fields, required: tuple[str, ...]) -> dict[str, Any]:
    for key in required:
        if fields.get(key) is None:
            fields.problem("is required", key)
    item = {}
    for key, node in fields.node.value.items():
        if key in _TEXTS and node.value is not None:
            item[key] = fields.text(key, _validator(key))
        else:
            item[key] = node.plain()
        _check(fields, node, fields.path_of(key))
    metadata = item.get("metadata")
    if isinstance(metadata, dict):
        message = metadata_problem(metadata)
        if message:
            fields.problem(message, "metadata")
    elif metadata is not None and not is_template(str(metadata)):
        fields.problem("must be a map", "metadata")
    return item


def holds_template(item: Any) -> bool:
    """Whether anything in a plain value has to be evaluated."""
    if isinstance(item, str):
        return is_template(item)
    children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return any(holds_template(child) for child in children)


def _validator(key: str) -> rules.Validator:
    validate = _TEXTS[key]
    return lambda text: rules.validate_text(text) if is_template(text) else validate(text)


def _check(fields: Fields, node: Node, path: str) -> None:
    """Notes every template below `node` that can never be evaluated."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            _check(fields, child, child_path(path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            _check(fields, child, f"{path}[{index}]")
    elif isinstance(node.value, str) and is_template(node.value):
        try:
            check_template(node.value)
        except ExpressionError as error:
            fields.problem_at(node, path, str(error))


def _enable_auto(block: Fields) -> bool | str | None:
    node = block.get("enableAuto")
    if node is None:
        return None
    if node.text is not None and is_template(node.text):
        _check(block, node, block.path_of("enableAuto"))
        return node.text
    return block.boolean("enableAuto")


def _failure_behavior(block: Fields) -> str:
    text = block.text("assetFailureBehavior")
    if text is None:
        return WARN
    if is_template(text):
        node = block.get("assetFailureBehavior")
        if node is not None:
            _check(block, node, block.path_of("assetFailureBehavior"))
        return text
    if text.upper() not in FAILURE_BEHAVIORS:
        block.problem(f"must be one of {', '.join(FAILURE_BEHAVIORS)}", "assetFailureBehavior")
    return text.upper()
