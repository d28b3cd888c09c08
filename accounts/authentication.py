"""Bearer tokens: who calls the API."""

from collections.abc import Iterator
from hmac import compare_digest
from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.bulk import run
from accounts.models import ApiToken, User

TOKEN_FIELDS = [field.attname for field in ApiToken._meta.concrete_fields]
USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
COLUMNS = ", ".join(
    [*(f"t.{name}" for name in TOKEN_FIELDS), *(f"u.{name}" for name in USER_FIELDS)]
)
TOKENS = (
    f"select {COLUMNS} from accounts_apitoken t join accounts_user u on u.id = t.user_id"  # noqa: S608 names from code
    " where t.token_key = %s"
)


class BearerAuthentication(TokenAuthentication):
    """knox, with one short statement a request; it deletes no expired tokens here."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        found = super().authenticate(request)
        if found:
            note_use(found[1])
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[Any, ApiToken]:
        text = token.decode("utf-8", "replace")
        digest = hash_token(text)
        for found in tokens(text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            if compare_digest(digest, found.digest):
                if found.expiry is not None and found.expiry < timezone.now():
                    raise AuthenticationFailed(f"The API token “{found.name}” has expired.")
                return self.validate_user(found)
        raise AuthenticationFailed("Invalid token.")


def tokens(key: str) -> Iterator[ApiToken]:
    """The tokens that begin with `key`, with their owners. Every request runs it, so it does
    without the ORM."""
    for row in run(TOKENS, [key]):
        token = ApiToken.from_db("default", TOKEN_FIELDS, row[: len(TOKEN_FIELDS)])
        token.user = User.from_db("default", USER_FIELDS, row[len(TOKEN_FIELDS) :])
        yield token


def note_use(token: ApiToken) -> None:
    """`last_used_at`, to the minute: a busy client must not write this row with every request."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < ApiToken.LAST_USED_RESOLUTION:
        return
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
