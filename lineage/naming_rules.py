"""A tenant's naming rules: read, written, put in order, and tried on a name.

Every change counts up the tenant's `naming_version` first, which both holds back other changes and
tells all processes to read the rules anew (`lineage.naming`).
"""

from collections.abc import Mapping, Sequence
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
from catalog.reading.rules import unseen_character, validate_namespace, validate_text
from lineage.naming import rules_of
from lineage.openlineage.naming import asset_id
from lineage.openlineage.rules import Named, Rule, Rules

WHY = "the caller may change the tenant's settings"
#: A request looks at each of them.
MOST_RULES = 500
PATTERN_LENGTH = TEMPLATE_LENGTH = 500
#: Parts of an id template.
PARTS = ("{namespace}", "{name}")


class InvalidRule(ValueError):
    """`errors`: [{"field", "message"}], by the names of the API."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("The naming rule has invalid fields.")
        self.errors = [dict(error) for error in errors]


@dataclass(frozen=True, slots=True)
class RuleBody:
    """What a rule says. `position`: where it comes among those of its kind; None is last, or where
    it is."""

    kind: str
    pattern: str
    id_template: str = ""
    namespace: str = ""
    position: int | None = None


FIELDS = ("kind", "pattern", "idTemplate", "namespace", "position")


def read_rule(value: Any) -> RuleBody:
    """`{"kind", "pattern", "idTemplate"?, "namespace"?, "position"?}`. Raises InvalidRule."""
    if not isinstance(value, Mapping):
        raise InvalidRule([_error("", "The rule is a JSON object.")])
    errors = [_error(name, "There is no such field.") for name in value.keys() - set(FIELDS)]
    texts: dict[str, str] = {}
    for name in ("kind", "pattern", "idTemplate", "namespace"):
        said = value.get(name)
        texts[name] = said.strip() if isinstance(said, str) else ""
        if not isinstance(said, str | None):
            errors.append(_error(name, "This is a text."))
        elif problem := validate_text(texts[name]):
            errors.append(_error(name, f"It {problem}."))
    position = value.get("position")
    if position is not None and (type(position) is not int or not 0 <= position < MOST_RULES):
        errors.append(_error("position", f"This is a number from 0 to {MOST_RULES - 1}."))
    body = RuleBody(
        texts["kind"], texts["pattern"], texts["idTemplate"], texts["namespace"], position
    )
    errors = errors or problems_of(body)
    if errors:
        raise InvalidRule(errors)
    return body


def problems_of(body: RuleBody) -> list[dict[str, str]]:
    found = [
        ("kind", _kind_problem(body)),
        ("pattern", _pattern_problem(body.pattern)),
        ("idTemplate", _template_problem(body)),
        ("namespace", _namespace_problem(body)),
    ]
    return [_error(name, message) for name, message in found if message]


def _kind_problem(body: RuleBody) -> str:
    kinds = NamingRule.Kind.values
    return "" if body.kind in kinds else f"Say {' or '.join(kinds)}."


def _pattern_problem(pattern: str) -> str:
    if not pattern:
        return "Say which OpenLineage namespaces: one, or many with * and ?."
    if len(pattern) > PATTERN_LENGTH:
        return f"At most {PATTERN_LENGTH} characters."
    unseen = unseen_character(pattern)
    return f"It must not contain {unseen}." if unseen else ""


def _template_problem(body: RuleBody) -> str:
    template = body.id_template
    if body.kind == NamingRule.Kind.JOB:
        return "Only datasets have one; of a job say the namespace." if template else ""
    if not (template or body.namespace):
        return "Say an id template, a namespace, or both."
    if not template:
        return ""
    if "{name}" not in template:
        return "It must hold {name}, or all datasets become one asset."
    if len(template) > TEMPLATE_LENGTH:
        return f"At most {TEMPLATE_LENGTH} characters."
    rest = template
    for part in PARTS:
        rest = rest.replace(part, "")
    if "{" in rest or "}" in rest:
        return "Only {namespace} and {name} can stand in braces."
    if asset_id("n", "x", template) != template.replace("{namespace}", "n").replace("{name}", "x"):
        return "What it makes is no id: letters or digits first, no spaces, quotes or brackets."
    return ""


def _namespace_problem(body: RuleBody) -> str:
    if not body.namespace:
        needs = body.kind == NamingRule.Kind.JOB
        return "Say the namespace of the flow that such a job is." if needs else ""
    problem = validate_namespace(body.namespace)
    return f"It {problem}." if problem else ""


def _error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}


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
            raise InvalidRule([_error("", f"There are {MOST_RULES} rules of this kind already.")])
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
        raise InvalidRule([_error("kind", f"This is a rule for a {rule.kind}; make another one.")])
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
        raise InvalidRule([_error("namespace", message)])


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
        raise InvalidRule(
            [_error("pattern", "There is a rule for this pattern already.")]
        ) from exc


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
