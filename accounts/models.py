"""Who there is: tenants, people and service accounts, groups, roles, bindings, API tokens."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from knox.models import AbstractAuthToken, AuthTokenManager

#: First segments of paths that are not tenants; a tenant of that name could not be reached.
RESERVED_SLUGS = frozenset(
    {"accounts", "api", "healthz", "readyz", "static", "metrics", "mcp", "docs", "admin", "scim"}
)
SLUG = RegexValidator(
    r"\A[a-z0-9][a-z0-9_-]*\Z",
    "Use lower-case letters, digits, '-' and '_', starting with a letter or digit.",
)
SERVICE_ACCOUNT_NAME = RegexValidator(
    r"\A(?=.{1,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*\Z",
    "Use lower-case letters and digits in words joined by '-', at most 63 characters.",
)
NAMESPACE = RegexValidator(
    r"\A[a-z0-9][a-z0-9._-]{0,149}\Z",
    "Use lower-case letters, digits, '.', '_' and '-', at most 150, "
    "starting with a letter or digit.",
)


class Tenant(models.Model):
    """An isolated catalog; its slug is in every URL."""

    slug = models.CharField(max_length=63, unique=True, validators=[SLUG])
    name = models.CharField(max_length=200, blank=True)
    requires_existing_namespaces = models.BooleanField(default=False)
    #: Read lineage from the SQL of tasks that do not say `enableAuto` themselves.
    infers_sql = models.BooleanField(default=False, db_default=False)
    #: Counts changes of naming rules: what a process has read of them is good for one number.
    naming_version = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9][a-z0-9_-]*$"), name="tenant_slug_is_plain"
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=sorted(RESERVED_SLUGS)), name="tenant_slug_is_not_reserved"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.slug


class UserManager(BaseUserManager["User"]):
    """Makes people; `accounts.actions` makes everything else."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A principal: a person, who logs in by e-mail, or a service account of one tenant.

    Kestra, K6: service accounts are users, so one kind of binding, group membership and API
    token serves both.
    """

    email = models.EmailField(unique=True, null=True, blank=True)  # noqa: DJ001 service accounts
    name = models.CharField(max_length=150, blank=True)
    description = models.CharField(max_length=500, blank=True)
    service_account_of = models.ForeignKey(
        Tenant, models.CASCADE, null=True, blank=True, related_name="service_accounts"
    )
    is_active = models.BooleanField(default=True)
    is_instance_admin = models.BooleanField(default=False)
    last_tenant = models.ForeignKey(
        Tenant, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.UniqueConstraint(
                fields=["service_account_of", "name"], name="service_account_name_in_tenant"
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False, service_account_of__isnull=True)
                | Q(email__isnull=True, service_account_of__isnull=False),
                name="user_is_a_person_or_a_service_account",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What lists and histories call this principal."""
        return self.name or self.email or ""

    @property
    def is_service_account(self) -> bool:
        return self.service_account_of_id is not None


class Group(models.Model):
    """People and service accounts who share bindings."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=150)
    description = models.CharField(max_length=500, blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="member_of")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="group_name_in_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """OWNER may manage the group's members without any other permission (K6)."""

    class Kind(models.TextChoices):
        OWNER = "OWNER"
        MEMBER = "MEMBER"

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.MEMBER)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "user"], name="membership_once")
        ]


class Role(models.Model):
    """Resource → actions. Managed roles come with the tenant and cannot be edited."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=150)
    description = models.CharField(max_length=500, blank=True)
    permissions = models.JSONField(default=dict)
    is_managed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="role_name_in_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class Binding(models.Model):
    """A user or a group has a role in a namespace and its children, or tenant-wide (namespace "").

    The namespace is a name, not a row: a grant may precede the first asset in it.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="bindings")
    role = models.ForeignKey(Role, models.CASCADE, related_name="bindings")
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="bindings")
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="bindings"
    )
    namespace = models.CharField(max_length=150, blank=True, validators=[NAMESPACE])
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True)
                | Q(user__isnull=True, group__isnull=False),
                name="binding_has_one_principal",
            ),
            models.UniqueConstraint(
                fields=["tenant", "role", "user", "group", "namespace"],
                nulls_distinct=False,
                name="binding_once",
            ),
        ]


class ApiTokenManager(AuthTokenManager):
    """knox's own manager: hashes, and returns (row, the token shown once)."""


class ApiToken(AbstractAuthToken):
    """An opaque bearer token with the rights of its owner; knox keeps only its hash."""

    name = models.CharField(max_length=63, validators=[SERVICE_ACCOUNT_NAME])
    description = models.CharField(max_length=500, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenManager()

    #: A busy client would otherwise write this row with every request.
    LAST_USED_RESOLUTION: ClassVar = timedelta(minutes=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="api_token_name_of_user")
        ]

    def __str__(self) -> str:
        return self.name
