"""JSON out: always UTF-8, also where an answer repeats a value that has none."""

import json
from typing import Any

from rest_framework.renderers import JSONRenderer as Base


class JSONRenderer(Base):
    """DRF's; half of a surrogate pair, in a message about a value that holds one, becomes `?`."""

    def render(self, *args: Any, **kwargs: Any) -> bytes:
        try:
            rendered: bytes = super().render(*args, **kwargs)
        except UnicodeEncodeError:
            escaped = _Escaping().render(*args, **kwargs)
            return json.dumps(json.loads(escaped), ensure_ascii=False).encode(errors="replace")
        return rendered


class _Escaping(Base):
    ensure_ascii = True
