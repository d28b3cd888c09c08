"""Code for reading: YAML, SQL, programs and JSON in colours, which app.css has."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

#: Characters that are highlighted, some 50 ms' worth; longer texts are shown as they are.
HIGHLIGHTED = 40_000
_PLAIN = "text"


@lru_cache(maxsize=128)
def highlighted(text: str, language: str) -> SafeString:
    """HTML with classes only. `language`: a name that Pygments knows, else it stays plain."""
    if len(text) > HIGHLIGHTED:
        return mark_safe(escape(text))  # noqa: S308 just escaped
    try:
        lexer = get_lexer_by_name(language[:40] or _PLAIN, stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name(_PLAIN, stripnl=False)
    html = highlight(text, lexer, HtmlFormatter(nowrap=True))
    return mark_safe(html)  # noqa: S308 Pygments escapes what it marks up
