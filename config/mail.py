"""How mail leaves: one URL from the environment, or not at all."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_PORTS = {"smtp": 587, "smtps": 465}


def mailers(url: str) -> dict[str, Any]:
    """Django's MAILERS for `smtp://user:password@host:587` (STARTTLS) or `smtps://…` (TLS).

    Without a URL nothing is sent, and pages that would send say so.
    """
    if not url:
        return {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        port = None
    if not (port and parts.hostname):
        raise ImproperlyConfigured(
            "EMAIL_URL: expected smtp://user:password@host:587 or smtps://user:password@host:465."
        )
    options = {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp" and parts.username is not None,
        "use_ssl": parts.scheme == "smtps",
        "timeout": 10,
    }
    return {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }
