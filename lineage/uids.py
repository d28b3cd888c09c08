"""Names for nodes of a graph that say nothing of what they name.

A node that the reader may not see keeps its place, so it needs a name that is the same in every
answer and leads nowhere: a keyed digest of the tenant and the row. Nodes that may be seen have the
same kind of name, so that a graph does not change its names with the reader.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Literal

from django.conf import settings

Kind = Literal["asset", "column", "flow", "event"]
type Namer = Callable[[Kind, int | str], str]
_BYTES = 12


def namer(tenant_pk: int) -> Namer:
    """A function (kind, key) → uid of 16 URL-safe characters that start with a letter.

    Stable as long as SECRET_KEY is; nobody without it can turn a uid into a key or guess one.
    """
    key = hmac.digest(settings.SECRET_KEY.encode(), f"lineage.uid:{tenant_pk}".encode(), sha256)

    @cache
    def uid(kind: Kind, name: int | str) -> str:
        digest = hmac.digest(key, f"{kind}:{name}".encode(), sha256)
        return kind[0] + urlsafe_b64encode(digest[:_BYTES]).decode()

    return uid
