"""What one principal may do in one tenant: built once per request or job, asked everywhere.

Grants are additive and there is no deny (K6). A binding on `company.a` covers `company.a` and
`company.a.b`, never `company.ab`; a binding without a namespace covers the whole tenant,
including what has no namespace at all.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from accounts.bulk import run
from accounts.models import Binding, Tenant, User
from accounts.permissions import ACTIONS, Action, Permissions, Resource


def covers(granted: str, namespace: str) -> bool:
    """Whether a grant on the namespace `granted` reaches `namespace` ("" = tenant-wide)."""
    return not granted or namespace == granted or namespace.startswith(granted + ".")


def prefixes(namespace: str) -> list[str]:
    """`a.b.c` → `["a", "a.b", "a.b.c"]`: every namespace whose grants reach this one."""
    parts = namespace.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an action is allowed: everywhere in the tenant, or under some namespaces."""

    everywhere: bool = False
    namespaces: tuple[str, ...] = ()

    @classmethod
    def over(cls, granted: Iterable[str]) -> "Reach":
        """The smallest reach that covers all of `granted`; children of a grant are left out."""
        kept: set[str] = set()
        for namespace in sorted(set(granted), key=len):
            if not namespace:
                return cls(everywhere=True)
            if kept.isdisjoint(prefixes(namespace)):
                kept.add(namespace)
        return cls(namespaces=tuple(sorted(kept)))

    def includes(self, namespace: str | None) -> bool:
        """`None` is an asset without a namespace: it needs a tenant-wide grant."""
        if self.everywhere:
            return True
        return namespace is not None and any(
            covers(granted, namespace) for granted in self.namespaces
        )

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.namespaces)


NOWHERE = Reach()


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, in which tenant, with which grants. Querysets and actions take it first."""

    user: User
    tenant: Tenant
    grants: Mapping[tuple[str, str], Reach] = field(repr=False)

    def reach(self, resource: Resource, action: Action) -> Reach:
        return self.grants.get((resource, action), NOWHERE)

    def may(self, resource: Resource, action: Action, namespace: str | None = None) -> bool:
        """Whether `action` is allowed in `namespace` (None: only a tenant-wide grant counts)."""
        return self.reach(resource, action).includes(namespace)

    def may_somewhere(self, resource: Resource, action: Action) -> bool:
        """Whether the action is allowed anywhere in the tenant: for menus and empty states."""
        return bool(self.reach(resource, action))

    @property
    def sees_settings(self) -> bool:
        """Whether the tenant's settings are there for this principal: for menus."""
        return self.may(Resource.TENANT_SETTINGS, Action.VIEW)

    @property
    def is_member(self) -> bool:
        """Whether the tenant exists at all for this principal."""
        return bool(self.grants)


def bindings_of(user: User) -> Q:
    """The bindings that give `user` something: their own and their groups'."""
    return Q(user=user) | Q(group__in=user.memberships.values("group"))


#: The columns of a tenant, in the order of the statement below.
TENANT = (
    "id",
    "slug",
    "name",
    "requires_existing_namespaces",
    "infers_sql",
    "naming_version",
    "created_at",
)
ACCESS = """
select t.id, t.slug, t.name, t.requires_existing_namespaces, t.infers_sql, t.naming_version,
       t.created_at, r.permissions::text, array_agg(distinct b.namespace)
from accounts_tenant t
join accounts_binding b on b.tenant_id = t.id
join accounts_role r on r.id = b.role_id
where t.{key} = %s and (b.user_id = %s or b.group_id in (
    select group_id from accounts_membership where user_id = %s))
group by t.id, r.id
"""


def access_in(user: User, slug: str) -> Access | None:
    """The access of `user` in the tenant `slug`; None when there is none, or no such tenant.

    One statement for tenant and grants, however many bindings: one row a role, with the
    namespaces it is given in. Every request runs it, so it does without the ORM.
    """
    return _access(user, "slug", slug)


def access_at_home(user: User) -> Access | None:
    """The access of a service account in its own tenant, of a person in the one they used last.

    None where that is no tenant of theirs.
    """
    home = user.service_account_of_id or user.last_tenant_id
    return _access(user, "id", home) if home else None


def _access(user: User, key: str, value: str | int) -> Access | None:
    granted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    tenant = None
    for row in run(ACCESS.format(key=key), [value, user.pk, user.pk]):
        tenant = Tenant(**dict(zip(TENANT, row, strict=False)))
        tenant._state.adding = False
        permissions, namespaces = row[len(TENANT) :]
        for pair in pairs(json.loads(permissions)):
            granted[pair] += namespaces
    if tenant is None:
        return None
    reaches = {names: Reach.over(names) for names in {tuple(n) for n in granted.values()}}
    return Access(user, tenant, {key: reaches[tuple(names)] for key, names in granted.items()})


def access_of(user: User, tenant: Tenant) -> Access:
    """The access of `user` in `tenant`; without any grant it allows nothing."""
    return access_in(user, tenant.slug) or Access(user, tenant, {})


def unlimited(tenant: Tenant) -> Access:
    """Everything in the tenant, as nobody in particular: for commands on the server itself."""
    everywhere = Reach(everywhere=True)
    everything = {
        (str(resource), str(action)): everywhere
        for resource, actions in ACTIONS.items()
        for action in actions
    }
    return Access(User(), tenant, everything)


def pairs(permissions: Permissions) -> Iterable[tuple[str, str]]:
    return ((resource, action) for resource, actions in permissions.items() for action in actions)


def tenants_of(user: User) -> list[Tenant]:
    """The tenants in which `user` has any grant, by slug; the switcher's and `/`'s list."""
    mine = Binding.objects.filter(bindings_of(user)).values("tenant")
    return list(Tenant.objects.filter(pk__in=mine).order_by("slug")[:200])
