"""A flow's YAML for reading: highlighted, and compared with another revision."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.data import YamlLexer

#: Characters that are highlighted, some 50 ms' worth; longer sources are shown as plain text.
HIGHLIGHTED = 40_000
#: Lines of either revision that are compared: the time grows with their square.
COMPARED = 5_000


@lru_cache(maxsize=128)
def highlighted(source: str) -> SafeString:
    """HTML with classes only; app.css has the colours."""
    if len(source) > HIGHLIGHTED:
        return mark_safe(escape(source))  # noqa: S308 just escaped
    html = highlight(source, YamlLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return mark_safe(html)  # noqa: S308 Pygments escapes what it marks up


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`kind`: add, del, hunk or "" for context. `number` counts in the newer source, for
    removed lines in the older one."""

    kind: str
    number: int | None
    text: str


def diff(older: str, newer: str) -> list[DiffLine] | None:
    """The changed lines with three around them; None when there is too much to compare."""
    before, after = older.splitlines(), newer.splitlines()
    if max(len(before), len(after)) > COMPARED:
        return None
    return list(_lines(difflib.unified_diff(before, after, lineterm="")))


_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)")
_KINDS = {"+": "add", "-": "del", " ": ""}


def _lines(unified: Iterator[str]) -> Iterator[DiffLine]:
    next(unified, None), next(unified, None)  # the names of the files, which there are none of
    numbers = {"-": 0, "+": 0}
    for line in unified:
        if found := _HUNK.match(line):
            numbers = {"-": int(found[1]), "+": int(found[2])}
            yield DiffLine("hunk", None, line)
            continue
        sign = line[0]
        yield DiffLine(_KINDS[sign], numbers["-" if sign == "-" else "+"], line[1:])
        for counted in "-+" if sign == " " else sign:
            numbers[counted] += 1
