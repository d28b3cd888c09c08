"""Read environment variables, and stop with a clear word on one that makes no sense.

README's table lists every variable; `tests/config/test_settings.py` holds the two together.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Environment:
    """Variables by name. An empty one counts as unset. All raise `ImproperlyConfigured`."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name).lower()
        if not text:
            return default
        if text not in YES | NO:
            raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}.")
        return text in YES

    def choice[C: str](self, name: str, choices: Sequence[C], default: C) -> C:
        """One of `choices`, in any case."""
        text = self.text(name, default)
        for option in choices:
            if text.lower() == option.lower():
                return option
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {text!r}.")

    def whole_number(self, name: str, default: int, minimum: int) -> int:
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit() and int(text) >= minimum):
            raise ImproperlyConfigured(
                f"{name} must be a whole number of at least {minimum}, not {text!r}."
            )
        return int(text)

    def hosts(self, name: str) -> list[str]:
        """Host names, parted by commas: `headwater.example.com, .example.org`; no scheme."""
        hosts = self._items(name)
        for host in hosts:
            if "/" in host or " " in host or (host.count(":") == 1):
                raise ImproperlyConfigured(
                    f"{name} lists host names without scheme, port or path, not {host!r}."
                )
        return hosts

    def origins(self, name: str) -> list[str]:
        """Origins, parted by commas: `https://headwater.example.com`."""
        origins = self._items(name)
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
                raise ImproperlyConfigured(
                    f"{name} lists origins such as https://headwater.example.com, not {origin!r}."
                )
        return origins

    def folder(self, name: str) -> Path | None:
        """An absolute path to a folder that is there; None when unset."""
        text = self.text(name)
        if not text:
            return None
        if not (Path(text).is_absolute() and Path(text).is_dir()):
            raise ImproperlyConfigured(f"{name} must be the full path of a folder, not {text!r}.")
        return Path(text)

    def database(self, name: str) -> dict[str, Any] | None:
        """A PostgreSQL URL as libpq reads it, as Django's settings; None when unset.

        Percent-encoding, several hosts, `?sslmode=…` and `?host=/a/socket/folder` are libpq's.
        """
        url = self.text(name)
        if not url:
            return None
        if not url.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured(f"{name} must begin with postgresql://")
        try:
            options = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # libpq's words would repeat a part of the URL, which may hold the password.
            raise ImproperlyConfigured(f"{name} cannot be read as a PostgreSQL URL.") from None
        keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
        keys["PORT"] = "port"
        settings = {key: str(options.pop(word, None) or "") for key, word in keys.items()}
        if not settings["NAME"]:
            raise ImproperlyConfigured(f"{name} names no database: postgresql://…/NAME")
        return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": options}

    def _items(self, name: str) -> list[str]:
        return [item for item in map(str.strip, self.text(name).split(",")) if item]


def kept_secret(path: Path) -> str:
    """The secret in the file, made on first use, for its owner's eyes only.

    Two commands may come here at once: both get the same one.
    """
    if path.exists():
        return path.read_text()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    number, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(number, "w") as file:
            file.write(secrets.token_urlsafe(50))
        os.link(draft, path)
    except FileExistsError:  # the other command's
        return path.read_text()
    finally:
        os.unlink(draft)
    return path.read_text()
