"""Secrets at rest: unreadable without SECRET_KEY, and in no text."""

import pytest
from django.test import override_settings

from lineage.exporting.secrets import MASK, Secrets, Unreadable, seal, unseal

SECRETS = Secrets("key-of-the-day", {"X-Token": "token-of-the-day"})


def test_they_come_back_as_they_were():
    sealed = seal(SECRETS)
    assert "of-the-day" not in sealed
    assert unseal(sealed) == SECRETS
    assert seal(SECRETS) != sealed, "two of the same do not look the same"
    assert seal(Secrets()) == ""
    assert not unseal("")


def test_another_secret_key_opens_nothing():
    sealed = seal(SECRETS)
    with override_settings(SECRET_KEY="another"), pytest.raises(Unreadable, match="SECRET_KEY"):
        unseal(sealed)


def test_they_are_in_no_repr_and_masked_in_texts():
    assert "of-the-day" not in repr(SECRETS)
    text = "Bearer key-of-the-day, token-of-the-day"
    assert SECRETS.masked(text) == f"Bearer {MASK}, {MASK}"
