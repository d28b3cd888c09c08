"""A tenant's naming rules: read, written, put in order, and tried on a name.

Every change counts up the tenant's `naming_version` first, which both holds back other changes and
tells all processes to read the rules anew (`lineage.naming`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.access import Access
from accounts.models import Tenant
from accounts.permissions import Action, Resource
from catalog.calling import called
from catalog.models import NamingRule
from catalog.naming import namespace_ids
from lineage.naming import rules_of
from lineage.naming_bodies import MOST_RULES, InvalidRule, RuleBody, error
from lineage.openlineage.rules import Named, Rule, Rules

WHY = "the caller may change the tenant's settings"
# Reading ----------------------------------------------------------------------------------------


def may_see_rules(access: Access) -> bool:
    return access.may(Resource.TENANT_SETTINGS, Action.VIEW)


def may_change_rules(access: Access) -> bool:
    return access.may(Resource.TENANT_SETTINGS, Action.UPDATE)


def list_rules(access: Access) -> list[NamingRule]:
    """In the order in which they are tried, by kind."""
    return list(NamingRule.objects.visible_to(access).order_by("kind", "position", "pk"))


def find_rule(access: Access, rule_id: str) -> NamingRule | None:
    if not (rule_id.isascii() and rule_id.isdigit() and len(rule_id) < 19):
        return None
    return NamingRule.objects.visible_to(access).filter(pk=int(rule_id)).first()


# Writing ----------------------------------------------------------------------------------------


def create_rule(access: Access, body: RuleBody) -> NamingRule:
    """Raises PermissionError, InvalidRule."""
    require_change(access)
    with transaction.atomic():
        count_up(access.tenant)
        rows = _of_kind(access.tenant, body.kind)
        if len(rows) >= MOST_RULES:
            raise InvalidRule([error("", f"There are {MOST_RULES} rules of this kind already.")])
        require_namespace(access.tenant, body)
        rule = NamingRule(
            tenant=access.tenant,
            kind=body.kind,
            pattern=body.pattern,
            id_template=body.id_template,
            namespace=body.namespace,
            position=len(rows),
        )
        _save(rule)
        _put(rule, [*rows, rule], body.position)
    return rule


def change_rule(access: Access, rule: NamingRule, body: RuleBody) -> NamingRule:
    """All that it says anew; without a position it stays where it is.

    Raises PermissionError, InvalidRule.
    """
    require_change(access)
    if body.kind != rule.kind:
        raise InvalidRule([error("kind", f"This is a rule for a {rule.kind}; make another one.")])
    with transaction.atomic():
        count_up(access.tenant)
        require_namespace(access.tenant, body)
        rule.pattern, rule.id_template = body.pattern, body.id_template
        rule.namespace = body.namespace
        _save(rule)
        if body.position is not None:
            _put(rule, _of_kind(access.tenant, rule.kind), body.position)
    return rule


def move_rule(access: Access, rule: NamingRule, position: int) -> None:
    """Raises PermissionError."""
    require_change(access)
    with transaction.atomic():
        count_up(access.tenant)
        _put(rule, _of_kind(access.tenant, rule.kind), max(position, 0))


def delete_rule(access: Access, rule: NamingRule) -> None:
    """What it has named keeps its name. Raises PermissionError."""
    require_change(access)
    with transaction.atomic():
        count_up(access.tenant)
        NamingRule.objects.unscoped(WHY).filter(pk=rule.pk).delete()


def require_change(access: Access) -> None:
    if not may_change_rules(access):
        raise PermissionError("This needs TENANT_SETTINGS:UPDATE in the whole tenant.")


def require_namespace(tenant: Tenant, body: RuleBody) -> None:
    strict = tenant.requires_existing_namespaces and body.namespace
    if strict and body.namespace not in namespace_ids(tenant, [body.namespace]):
        message = (
            f"Namespace “{body.namespace}” does not exist, and the tenant wants existing ones."
        )
        raise InvalidRule([error("namespace", message)])


def count_up(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(naming_version=F("naming_version") + 1)
    tenant.refresh_from_db(fields=["naming_version"])


def _of_kind(tenant: Tenant, kind: str) -> list[NamingRule]:
    rows = NamingRule.objects.unscoped(WHY).filter(tenant=tenant, kind=kind)
    return list(rows.order_by("position", "pk"))


def _save(rule: NamingRule) -> None:
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as exc:
        raise InvalidRule([error("pattern", "There is a rule for this pattern already.")]) from exc


def _put(rule: NamingRule, rows: Sequence[NamingRule], position: int | None) -> None:
    """Give `rule` its place among `rows`; the positions of a kind have no gaps."""
    others = [row for row in rows if row.pk != rule.pk]
    place = len(others) if position is None else min(position, len(others))
    ordered = [*others[:place], rule, *others[place:]]
    moved = [row for n, row in enumerate(ordered) if row.position != n or row.pk == rule.pk]
    for n, row in enumerate(ordered):
        row.position = n
    NamingRule.objects.unscoped(WHY).bulk_update(moved, ["position"])


# Trying -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """What a name becomes. `asset`, `default_asset`: the ids of the assets that its id and its id
    without rules lead to now, "" where there is none that may be seen."""

    named: Named
    job_namespace: str
    job_rule: Rule | None
    asset: str = ""
    default_asset: str = ""

    @property
    def will_merge(self) -> bool:
        """Whether the next event makes one of two assets."""
        return bool(self.asset and self.default_asset and self.asset != self.default_asset)


def try_name(access: Access, namespace: str, name: str, rules: Rules | None = None) -> Tried:
    """What the rules make of an OpenLineage dataset, and of a job in the same namespace."""
    rules = rules or rules_of(access.tenant)
    named = rules.dataset(namespace, name)
    there = called(access, {named.id, named.default_id})
    return Tried(
        named,
        rules.job_namespace(namespace),
        rules.matching(NamingRule.Kind.JOB, namespace),
        *(there[id_][1] if id_ in there else "" for id_ in (named.id, named.default_id)),
    )


def rule_json(rule: NamingRule | Rule) -> dict[str, Any]:
    position = {"position": rule.position} if isinstance(rule, NamingRule) else {}
    return {
        "id": str(rule.id),
        "kind": str(rule.kind),
        **position,
        "pattern": rule.pattern,
        "idTemplate": rule.id_template or None,
        "namespace": rule.namespace or None,
    }
