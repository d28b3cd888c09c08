"""A flow's YAML for reading: highlighted, and compared with another revision."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from lineage.highlighting import highlighted

#: Lines of either revision that are compared: the time grows with their square.
COMPARED = 5_000


def source_html(source: str) -> SafeString:
    return highlighted(source, "yaml")


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
