"""Namespaces by name: made on first use, unless the tenant wants them made beforehand."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.access import prefixes
from accounts.bulk import insert, run, texts
from accounts.models import Tenant

COLUMNS = {
    "tenant_id": "bigint",
    "name": "text",
    "prefixes": "text[]",
    "description": "text",
    "created_at": "timestamptz",
}


class UnknownNamespace(ValueError):
    """The tenant requires namespaces to exist, and these do not."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"This tenant requires existing namespaces; unknown: {', '.join(names)}.")
        self.names = names


def namespace_ids(tenant: Tenant, names: Iterable[str]) -> dict[str, int]:
    """name → row id of those that exist: one statement."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    return dict(
        run(
            "select name, id from catalog_namespace where tenant_id = %s and name = any(%s)",
            [tenant.pk, wanted],
        )
    )


def variables_of(tenant: Tenant, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """name → its variables with its parents' below them, of all `names`: one statement.

    Kestra: a namespace inherits, and what stands nearer wins.
    """
    wanted = set(names)
    family = sorted({ancestor for name in wanted for ancestor in prefixes(name)})
    rows = run(
        "select name, variables::text from catalog_namespace"
        " where tenant_id = %s and name = any(%s) and variables <> '{}'",
        [tenant.pk, family],
    )
    own = {name: json.loads(text) for name, text in rows}
    return {
        name: {
            key: value
            for ancestor in prefixes(name)
            for key, value in own.get(ancestor, {}).items()
        }
        for name in wanted
    }


def ensure_namespaces(tenant: Tenant, names: Iterable[str]) -> dict[str, int]:
    """name → row id, making the missing ones: at most three statements. Names are valid already.

    A tenant that requires existing namespaces gets only those that exist.
    """
    wanted = sorted(set(names))
    found = namespace_ids(tenant, wanted)
    missing = [name for name in wanted if name not in found]
    if not missing or tenant.requires_existing_namespaces:
        return found
    now = timezone.now()
    insert(
        "catalog_namespace",
        COLUMNS,
        [(tenant.pk, name, texts(prefixes(name)), "", now) for name in missing],
        "on conflict do nothing",
    )
    return found | namespace_ids(tenant, missing)
