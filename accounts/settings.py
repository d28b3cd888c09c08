"""What a tenant's admins set for all of it."""

from collections.abc import Mapping
from typing import Any

from accounts.access import Access
from accounts.models import Tenant
from accounts.permissions import Action, Resource

#: Settings by the name that the API has for them → the tenant's column.
SETTINGS = {
    "infersSql": "infers_sql",
    "requiresExistingNamespaces": "requires_existing_namespaces",
}


class InvalidSettings(ValueError):
    """`field` is the setting that cannot be so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def settings_of(tenant: Tenant) -> dict[str, bool]:
    return {name: getattr(tenant, column) for name, column in SETTINGS.items()}


def change_settings(access: Access, changes: Mapping[str, Any]) -> dict[str, bool]:
    """Set what is told, the rest stays; answers all settings.

    Needs TENANT_SETTINGS:UPDATE in the whole tenant (PermissionError). Raises InvalidSettings.
    """
    if not access.may(Resource.TENANT_SETTINGS, Action.UPDATE):
        raise PermissionError("You may not change the settings of this tenant.")
    return set_settings(access.tenant, changes)


def set_settings(tenant: Tenant, changes: Mapping[str, Any]) -> dict[str, bool]:
    """The same for who administers the server."""
    for name, value in changes.items():
        if name not in SETTINGS:
            raise InvalidSettings(name, f"is no setting; there are {', '.join(SETTINGS)}")
        if not isinstance(value, bool):
            raise InvalidSettings(name, "must be true or false")
        setattr(tenant, SETTINGS[name], value)
    if changes:
        tenant.save(update_fields=[SETTINGS[name] for name in changes])
    return settings_of(tenant)
