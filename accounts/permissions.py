"""The vocabulary of permission: resources, actions and the four managed roles (DESIGN §7, K6)."""

from collections.abc import Mapping
from enum import StrEnum


class Resource(StrEnum):
    """What a role speaks about."""

    ASSET = "ASSET"
    FLOW = "FLOW"
    EXECUTION = "EXECUTION"
    NAMESPACE = "NAMESPACE"
    MONITOR = "MONITOR"
    AUDITLOG = "AUDITLOG"
    USER = "USER"
    GROUP = "GROUP"
    ROLE = "ROLE"
    BINDING = "BINDING"
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"
    TENANT_SETTINGS = "TENANT_SETTINGS"


class Action(StrEnum):
    """What may be done to a resource. VIEW covers one and LIST covers many."""

    VIEW = "VIEW"
    LIST = "LIST"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    LOCK = "LOCK"
    UNLOCK = "UNLOCK"
    INGEST = "INGEST"


_COMMON = (Action.VIEW, Action.LIST, Action.CREATE, Action.UPDATE, Action.DELETE)

#: resource → the actions that make sense on it; a role may name no others.
ACTIONS: Mapping[Resource, tuple[Action, ...]] = {
    Resource.ASSET: (*_COMMON, Action.LOCK, Action.UNLOCK),
    Resource.FLOW: _COMMON,
    Resource.EXECUTION: (Action.VIEW, Action.LIST, Action.DELETE, Action.INGEST),
    Resource.NAMESPACE: _COMMON,
    Resource.MONITOR: _COMMON,
    Resource.AUDITLOG: (Action.VIEW, Action.LIST),
    Resource.USER: _COMMON,
    Resource.GROUP: _COMMON,
    Resource.ROLE: _COMMON,
    Resource.BINDING: (Action.VIEW, Action.LIST, Action.CREATE, Action.DELETE),
    Resource.SERVICE_ACCOUNT: _COMMON,
    Resource.TENANT_SETTINGS: (Action.VIEW, Action.UPDATE),
}

type Permissions = dict[str, list[str]]

CATALOG = (Resource.ASSET, Resource.FLOW, Resource.EXECUTION, Resource.NAMESPACE)


def _grant(resources: tuple[Resource, ...], *actions: Action) -> Permissions:
    return {
        str(resource): [str(a) for a in ACTIONS[resource] if not actions or a in actions]
        for resource in resources
    }


#: name → resource → actions. Kestra's "managed" roles: made with the tenant, never edited.
MANAGED_ROLES: Mapping[str, Permissions] = {
    "Admin": _grant(tuple(Resource)),
    "Editor": _grant((*CATALOG, Resource.MONITOR)),
    "Viewer": _grant((*CATALOG, Resource.MONITOR), Action.VIEW, Action.LIST),
    "Ingest": {
        str(Resource.ASSET): [str(Action.CREATE), str(Action.UPDATE)],
        str(Resource.FLOW): [str(Action.CREATE), str(Action.UPDATE)],
        str(Resource.EXECUTION): [str(Action.INGEST)],
        str(Resource.NAMESPACE): [str(Action.CREATE)],
    },
}
