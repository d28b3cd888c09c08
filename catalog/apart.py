"""Names of which somebody says that they are two assets: kept, so that nothing unites them."""

from collections.abc import Iterable

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert, run
from accounts.models import Tenant


def keep_apart(access: Access, pairs: Iterable[tuple[str, str]]) -> None:
    """One statement."""
    now, by = timezone.now(), access.user.pk
    insert(
        "catalog_assetapart",
        {
            "tenant_id": "bigint",
            "first": "text",
            "second": "text",
            "at": "timestamptz",
            "by_id": "bigint",
        },
        [(access.tenant.pk, *pair, now, by) for pair in sorted({_in_order(p) for p in pairs})],
        "on conflict do nothing",
    )


def let_together(tenant: Tenant, one: str, other: str) -> None:
    """Somebody has changed their mind."""
    run(
        "delete from catalog_assetapart where tenant_id = %s and first = %s and second = %s",
        [tenant.pk, *_in_order((one, other))],
    )


def apart_pairs(tenant: Tenant, names: Iterable[str]) -> set[tuple[str, str]]:
    """The pairs among `names` that are kept apart, in order: one statement."""
    wanted = sorted(set(names))
    rows = run(
        "select first, second from catalog_assetapart"
        " where tenant_id = %s and first = any(%s::text[]) and second = any(%s::text[])",
        [tenant.pk, wanted, wanted],
    )
    return {(first, second) for first, second in rows}


def is_apart(pairs: set[tuple[str, str]], one: str, other: str) -> bool:
    return _in_order((one, other)) in pairs


def _in_order(pair: tuple[str, str]) -> tuple[str, str]:
    first, second = sorted(pair)
    return first, second
