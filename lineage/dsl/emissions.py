"""Bundles that arrive resolved: with a task run, or in a log line (K1.6, K1.12).

One bad item never loses the others: readers answer what could be used together with what could
not.
"""

import re
from collections.abc import Mapping
from typing import Any

from catalog.reading.assets import Errors, Parse, child, parse_asset, parse_reference
from catalog.reading.declared import AssetError
from catalog.reading.json_text import InvalidJson, parse_json
from catalog.reading.rules import describe_kind
from lineage.dsl.bundles import Bundle

_LOG_LINE = re.compile(r"::(\{.*\})::", re.DOTALL)


def parse_bundle(
    inputs: Any, outputs: Any, field: str, origin: str
) -> tuple[Bundle | None, Errors]:
    """One bundle of resolved items; None when neither side has an item left."""
    errors: list[AssetError] = []
    references = _items(inputs, child(field, "inputs"), parse_reference, errors)
    assets = _items(outputs, child(field, "outputs"), parse_asset, errors)
    bundle = Bundle(references, assets, origin) if references or assets else None
    return bundle, tuple(errors)


def parse_bundles(value: Any, field: str) -> tuple[tuple[Bundle, ...], Errors]:
    """What a task run carries resolved: `{inputs, outputs}` or a list of those (K1.6).

    For `assets` (Kestra 1.x) and `assetEmits` (2.0) alike; `field` names which, for the errors.
    Null is nothing.
    """
    if value is None:
        return (), ()
    several = isinstance(value, list | tuple)
    bundles: list[Bundle] = []
    errors: list[AssetError] = []
    for index, item in enumerate(value if several else (value,)):
        place = f"{field}[{index}]" if several else field
        if not isinstance(item, Mapping):
            errors.append(AssetError(place, f"must be a map, not {describe_kind(item)}"))
            continue
        bundle, problems = parse_bundle(item.get("inputs"), item.get("outputs"), place, "emitted")
        errors.extend(problems)
        if bundle:
            bundles.append(bundle)
    return tuple(bundles), tuple(errors)


def parse_log_line(text: str, field: str = "logs") -> tuple[tuple[Bundle, ...], Errors]:
    """The emission in a log line `::{"assets":{"inputs":[…],"outputs":[…]}}::` (K1.12).

    Nothing for every other line, also for a marker line with only outputs or metrics.
    """
    match = _LOG_LINE.fullmatch(text.strip()) if "::{" in text else None
    if match is None or '"assets"' not in match[1]:
        return (), ()
    try:
        message = parse_json(match[1])
    except InvalidJson as error:
        return (), (AssetError(field, str(error)),)
    if not isinstance(message, dict) or "assets" not in message:
        return (), ()
    return parse_bundles(message["assets"], child(field, "assets"))


def _items(value: Any, field: str, parse: Parse, errors: list[AssetError]) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        errors.append(AssetError(field, f"must be a list, not {describe_kind(value)}"))
        return ()
    found = []
    for index, item in enumerate(value):
        parsed, problems = parse(item, f"{field}[{index}]")
        errors.extend(problems)
        if parsed is not None:
            found.append(parsed)
    return tuple(found)
