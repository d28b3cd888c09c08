"""Several things in one request: read, and answered with a result for each (DESIGN §6)."""

from collections.abc import Sequence
from typing import Any

from accounts.problems import Problem
from catalog.reading.json_text import InvalidJson, parse_json

MAX_ITEMS = 1_000


class NotRead(str):
    """Why one line of NDJSON is no JSON: fails alone."""


def read_json(text: str) -> Any:
    """The value of a whole body; Problem 400 when it is no JSON."""
    try:
        return parse_json(text)
    except InvalidJson as exc:
        raise Problem(400, f"The body {exc}.") from exc


def read_lines(text: str) -> list[Any]:
    """One JSON value a line; empty lines do not count."""
    found: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append(parse_json(line))
            except InvalidJson as exc:
                found.append(NotRead(f"Line {number} {exc}."))
    return found


def few_enough(items: Sequence[Any], what: str) -> None:
    """Problem 413 for more than MAX_ITEMS."""
    if len(items) > MAX_ITEMS:
        raise Problem(413, f"{len(items)} {what} in one request; send at most {MAX_ITEMS}.")


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to many; an empty list has succeeded."""
    failed = sum(result["status"] == "failed" for result in results)
    status = (
        "success" if not failed else "failure" if failed == len(results) else "partial_success"
    )
    return {
        "status": status,
        "summary": {
            "received": len(results),
            "successful": len(results) - failed,
            "failed": failed,
        },
        "results": results,
    }


def failed_json(
    index: int,
    id_: str,
    reason: str,
    errors: list[dict[str, Any]] | None = None,
    *,
    retriable: bool = False,
) -> dict[str, Any]:
    """`retriable`: whether the same item may go in later."""
    return {
        "index": index,
        "id": id_,
        "status": "failed",
        "reason": reason,
        "retriable": retriable,
    } | ({"errors": errors} if errors else {})
