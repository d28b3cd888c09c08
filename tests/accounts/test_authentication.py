"""Bearer tokens: what opens the API, what does not, and what a request leaves behind."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import actions
from accounts.authentication import note_use
from accounts.models import ApiToken
from tests.conftest import Cast

URL = "/api/v1/main/executions/search"


def get(header: str):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    return client.get(URL)


def test_a_token_opens_what_its_owner_may(cast: Cast):
    assert get(f"Bearer {cast.token('editor')}").status_code == 200


def test_a_session_opens_the_api_too(cast: Cast):
    assert cast.browser("editor").get(URL).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer {}x", "Bearer hw_nothing", "Token {}", "Basic {}", "Bearer"]
)
def test_anything_else_is_401_and_says_how_to_do_it(cast: Cast, header: str):
    answer = get(header.format(cast.token("editor")))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_refused_and_kept(cast: Cast):
    row, token = actions.issue_token(cast.users["editor"], "old", lasts=timedelta(seconds=-1))
    answer = get(f"Bearer {token}")
    assert answer.status_code == 401
    assert "“old” has expired" in answer.json()["detail"]
    assert ApiToken.objects.filter(pk=row.pk).exists()


def test_a_token_of_somebody_switched_off_is_refused(cast: Cast):
    token = cast.token("editor")
    editor = cast.users["editor"]
    editor.is_active = False
    editor.save()
    assert get(f"Bearer {token}").status_code == 401


def test_only_a_hash_is_kept(cast: Cast):
    row, token = actions.issue_token(cast.users["ingest"], "ci")
    assert token.startswith("hw_")
    kept = " ".join(str(getattr(row, field.attname)) for field in row._meta.concrete_fields)
    assert token not in kept and token[20:] not in kept


def test_use_is_noted_once_a_minute(cast: Cast, django_assert_num_queries):
    row, token = actions.issue_token(cast.users["editor"], "busy")
    get(f"Bearer {token}")
    row.refresh_from_db()
    assert timezone.now() - row.last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(0):
        note_use(row)
    row.last_used_at -= timedelta(minutes=1)
    with django_assert_num_queries(1):
        note_use(row)


def test_names_tell_the_tokens_of_one_owner_apart(cast: Cast):
    actions.issue_token(cast.users["editor"], "ci")
    actions.issue_token(cast.users["viewer"], "ci")
    with pytest.raises(ValidationError, match="already"):
        actions.issue_token(cast.users["editor"], "ci")
    with pytest.raises(ValidationError, match="lower-case"):
        actions.issue_token(cast.users["editor"], "Not Plain")
