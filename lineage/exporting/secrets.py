"""API keys and headers at rest: encrypted with a key made of SECRET_KEY, and never shown again."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MASK = "•••"


class Unreadable(Exception):
    """Sealed with another SECRET_KEY."""

    def __init__(self) -> None:
        super().__init__(
            "The stored API key and headers cannot be read, since SECRET_KEY has changed:"
            " enter them again."
        )


@dataclass(frozen=True, slots=True)
class Secrets:
    """What lets an exporter in. Its `repr` tells nothing, since tracebacks are logged."""

    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.api_key or self.headers)

    def masked(self, text: str) -> str:
        """`text` without any of them, as a receiver may repeat what it was sent."""
        for secret in (self.api_key, *self.headers.values()):
            if len(secret) > 3:
                text = text.replace(secret, MASK)
        return text


def seal(secrets: Secrets) -> str:
    """Text for the database; "" for nothing."""
    if not secrets:
        return ""
    value: dict[str, Any] = {"apiKey": secrets.api_key, "headers": dict(secrets.headers)}
    return _box().encrypt(json.dumps(value).encode()).decode()


def unseal(text: str) -> Secrets:
    """Raises Unreadable."""
    if not text:
        return Secrets()
    try:
        value = json.loads(_box().decrypt(text.encode()))
    except InvalidToken as exc:
        raise Unreadable from exc
    return Secrets(value["apiKey"], value["headers"])


def _box() -> Fernet:
    made = HKDF(SHA256(), 32, salt=None, info=b"headwater exporters")
    return Fernet(base64.urlsafe_b64encode(made.derive(settings.SECRET_KEY.encode())))
