"""Bearer tokens: who calls the API."""

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken


class BearerAuthentication(TokenAuthentication):
    """knox, with one statement a request: it neither sweeps nor deletes expired tokens here."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        found = super().authenticate(request)
        if found:
            note_use(found[1])
        return found

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        if auth_token.expiry is not None and auth_token.expiry < timezone.now():
            raise AuthenticationFailed(f"The API token “{auth_token.name}” has expired.")
        return False


def note_use(token: ApiToken) -> None:
    """`last_used_at`, to the minute: a busy client must not write this row with every request."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < ApiToken.LAST_USED_RESOLUTION:
        return
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
