"""Which columns and tables went into a target, in one line each."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.openlineage.readable.rows import Row, items_in, joined, name_text


def source_text(source: Any) -> str:
    """`public.orders.amount (DIRECT AGGREGATION: sum(amount))`"""
    if not isinstance(source, dict):
        return str(source)
    name = joined(source.get("name"), source.get("field"), by=".") or "this job"
    how = ", ".join(_how(one) for one in items_in(source, "transformations"))
    return f"{name} ({how})" if how else name


def _how(transformation: Any) -> str:
    if not isinstance(transformation, dict):
        return str(transformation)
    masked = "masked" if transformation.get("masking") is True else ""
    kind = joined(transformation.get("type"), transformation.get("subtype"), masked, by=" ")
    return joined(kind, transformation.get("description"), by=": ")


def sources_text(target: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(target or its column, sources) of an entry of the Lineage facets."""
    whole = [source_text(source) for source in items_in(entry, "inputs")]
    if whole or not entry.get("fields"):
        yield target, ", ".join(whole) or "nothing that is tracked"
    fields = entry.get("fields")
    for column, field in fields.items() if isinstance(fields, dict) else ():
        sources = items_in(field, "inputs") if isinstance(field, dict) else iter([field])
        yield f"{target}.{column}", ", ".join(source_text(source) for source in sources)


def dataset_lineage(body: Mapping[str, Any]) -> Iterator[Row]:
    """The Lineage facet of a dataset."""
    for label, text in sources_text("This dataset", body):
        yield Row(label.removeprefix("This dataset."), text)


def column_lineage(body: Mapping[str, Any]) -> Iterator[Row]:
    """The columnLineage facet, column by column."""
    fields = body.get("fields")
    for column, entry in fields.items() if isinstance(fields, dict) else ():
        entry = entry if isinstance(entry, dict) else {"inputFields": entry}
        sources = ", ".join(source_text(one) for one in items_in(entry, "inputFields"))
        legacy = joined(
            entry.get("transformationType"), entry.get("transformationDescription"), by=": "
        )
        yield Row(str(column), joined(sources, legacy))
    whole = ", ".join(source_text(one) for one in items_in(body, "dataset"))
    if whole:
        yield Row("All columns", whole)


def name_row(label: str, value: Any) -> Row:
    """A dataset or job by its name."""
    return Row(label, name_text(value))
