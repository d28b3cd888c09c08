"""A picture that stands alone: the page's styles and symbols go into the file."""

import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

from accounts.sprite import sprite

_SYMBOL = re.compile(r'<symbol id="([^"]+)".*?</symbol>', re.DOTALL)
_USED = re.compile(r'href="#([^"]+)"')


def standalone(svg: str) -> str:
    """`svg` with the styles of the page and the symbols that it uses."""
    used = set(_USED.findall(svg))
    symbols = "".join(m.group() for m in _SYMBOL.finditer(sprite()) if m.group(1) in used)
    head, mark, body = svg.partition(">")
    named = head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"{named}{mark}<style>{styles()}</style>{symbols}{body}"


@cache
def styles() -> str:
    """Both style sheets, escaped as the content of an XML element."""
    found = (finders.find(f"css/{name}.css") for name in ("tokens", "app"))
    text = "\n".join(Path(path).read_text() for path in found if path)
    return text.replace("&", "&amp;").replace("<", "&lt;")
