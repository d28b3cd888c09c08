"""What `manage.py check --deploy` says beside Django's own checks."""

import os
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_secret_key_is_given(**_: Any) -> list[CheckMessage]:
    """A generated key is this checkout's own; servers of one database must share the key."""
    if os.environ.get("SECRET_KEY") or not os.environ.get("DATABASE_URL"):
        return []
    hint = "Set SECRET_KEY to 50 random characters, the same for all servers of this database."
    return [Error("DATABASE_URL is set, SECRET_KEY is not.", hint=hint, id="headwater.E001")]
