"""The naming rules of a tenant, kept by each process until they change."""

from accounts.bulk import run
from accounts.models import Tenant
from lineage.openlineage.rules import Rule, Rules

#: Tenant (row) → (version, rules).
_kept: dict[int, tuple[int, Rules]] = {}
KEPT = 1_000


def rules_of(tenant: Tenant) -> Rules:
    """One statement when they have changed, else none: `tenant.naming_version` tells."""
    version, rules = _kept.get(tenant.pk, (-1, None))
    if rules is None or version != tenant.naming_version:
        rules = Rules(
            Rule(*row)
            for row in run(
                "select id, kind, pattern, id_template, namespace from catalog_namingrule"
                " where tenant_id = %s order by position, id",
                [tenant.pk],
            )
        )
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[tenant.pk] = (tenant.naming_version, rules)
    return rules
