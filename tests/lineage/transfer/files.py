"""Catalogs sent out and in through the API, and what is in one."""

import json
from typing import Any

from tests.conftest import Cast

TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson", "yaml": "application/yaml"}


def export(cast: Cast, tenant: str = "main", who: str = "admin", **params: Any) -> str:
    answer = cast.api(who).get(f"/api/v1/{tenant}/export", params)
    text = b"".join(answer).decode()
    assert answer.status_code == 200, text
    return text


def send(
    cast: Cast,
    text: str | bytes,
    form: str = "jsonl",
    *,
    tenant: str = "main",
    who: str = "admin",
    status: int = 200,
    **params: Any,
) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    answer = cast.api(who).post(f"/api/v1/{tenant}/import?{query}", text, content_type=TYPES[form])
    raw = b"".join(answer)  # type: ignore[call-overload]
    assert answer.status_code == status, raw
    found: dict[str, Any] = json.loads(raw)
    return found


def lines(*values: Any) -> str:
    return "\n".join(json.dumps(value) for value in values)


def told(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """(id, status) of every result, in order."""
    return [(result["id"], result["status"]) for result in answer["results"]]


def move(cast: Cast, form: str) -> None:
    """All of `main` into `other`, in one format."""
    if form == "csv":
        for what in ("assets", "edges"):
            text = export(cast, format=form, what=what, edges="all")
            send(cast, text, form, tenant="other", who="outsider")
    else:
        text = export(cast, format=form, edges="all")
        send(cast, text, form, tenant="other", who="outsider")


def everything(cast: Cast, tenant: str) -> list[dict[str, Any]]:
    """All that can be exported, as plain values; edges by their ends."""
    who = "admin" if tenant == "main" else "outsider"
    text = export(cast, tenant, who, edges="all")
    return sorted(map(json.loads, text.split("\n")[:-1]), key=_place)


def _place(value: dict[str, Any]) -> list[str]:
    return [value["kind"], *(str(value.get(key)) for key in ("id", "upstream", "downstream"))]
