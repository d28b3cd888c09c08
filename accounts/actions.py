"""Making tenants, principals and grants. Callers decide who may; these decide what is valid."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import (
    SERVICE_ACCOUNT_NAME,
    ApiToken,
    Binding,
    Group,
    Membership,
    Role,
    Tenant,
    User,
)
from accounts.permissions import MANAGED_ROLES


@transaction.atomic
def create_tenant(slug: str, name: str = "") -> Tenant:
    """A tenant with its managed roles. Raises ValidationError for a bad or taken slug."""
    tenant = Tenant(slug=slug, name=name)
    tenant.full_clean()
    tenant.save()
    Role.objects.bulk_create(
        Role(tenant=tenant, name=role, permissions=permissions, is_managed=True)
        for role, permissions in MANAGED_ROLES.items()
    )
    return tenant


@transaction.atomic
def create_person(
    email: str, password: str | None, *, name: str = "", admin: bool = False
) -> User:
    """Somebody who logs in; `admin` makes an instance admin. Raises ValidationError."""
    user = User(email=email.strip().lower(), name=name, is_instance_admin=admin)
    if password is not None:
        validate_password(password, user)
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


def make_instance_admin(user: User) -> None:
    """May manage tenants and see every setting; has no role in any tenant by that alone."""
    if user.is_service_account:
        raise ValidationError({"user": "A service account cannot be instance admin."})
    user.is_instance_admin = True
    user.save(update_fields=["is_instance_admin"])


@transaction.atomic
def create_service_account(tenant: Tenant, name: str, description: str = "") -> User:
    """A principal for a machine: no password, no pages, only API tokens.

    Raises ValidationError for a name that is taken, or not plain (K6: lower-case, at most 63).
    """
    try:
        SERVICE_ACCOUNT_NAME(name)
    except ValidationError as error:
        raise ValidationError({"name": error.messages}) from error
    account = User(service_account_of=tenant, name=name, description=description)
    account.set_unusable_password()
    account.full_clean()
    account.save()
    return account


@transaction.atomic
def create_group(tenant: Tenant, name: str, members: list[User] | None = None) -> Group:
    group = Group(tenant=tenant, name=name)
    group.full_clean()
    group.save()
    add_members(group, members or [])
    return group


def add_members(group: Group, members: list[User]) -> None:
    """Who is a member already stays one. Raises ValidationError for a foreign service account."""
    for user in members:
        if user.service_account_of_id not in (None, group.tenant_id):
            raise ValidationError({"user": "The service account belongs to another tenant."})
    Membership.objects.bulk_create(
        [Membership(group=group, user=user) for user in members], ignore_conflicts=True
    )


@transaction.atomic
def bind(principal: User | Group, role: Role, namespace: str = "") -> Binding:
    """Give a role in a namespace and its children, or ("") tenant-wide. Twice is once."""
    owner = {"group": principal} if isinstance(principal, Group) else {"user": principal}
    if isinstance(principal, Group) and principal.tenant_id != role.tenant_id:
        raise ValidationError({"group": "The group belongs to another tenant."})
    if isinstance(principal, User) and principal.service_account_of_id not in (
        None,
        role.tenant_id,
    ):
        raise ValidationError({"user": "The service account belongs to another tenant."})
    binding = Binding(tenant_id=role.tenant_id, role=role, namespace=namespace, **owner)
    binding.clean_fields()
    found, _ = Binding.objects.get_or_create(
        tenant_id=role.tenant_id, role=role, namespace=namespace, **owner
    )
    return found


def issue_token(
    user: User, name: str, *, lasts: timedelta | None = None, description: str = ""
) -> tuple[ApiToken, str]:
    """(the stored row, the token itself: shown once, only its hash is kept).

    Raises ValidationError for a bad name, or one that another token of `user` has.
    """
    ApiToken(name=name, user=user).clean_fields(exclude=["digest", "token_key", "expiry"])
    if ApiToken.objects.filter(user=user, name=name).exists():
        raise ValidationError({"name": f"{user.label} has a token “{name}” already."})
    return ApiToken.objects.create(user, expiry=lasts, name=name, description=description)
