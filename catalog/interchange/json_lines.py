"""JSON lines: an asset or an edge a line."""

from collections.abc import Iterator

from catalog.interchange.records import Record, Unreadable, failed, sorted_out
from catalog.interchange.texts import Source, lines_of
from catalog.reading.json_text import InvalidJson, parse_json


def read_lines(source: Source) -> Iterator[Record]:
    """The records; a line that cannot be read fails alone. Raises Unreadable."""
    number = 0
    for line, text in enumerate(lines_of(source), 1):
        if not text.strip():
            continue
        number += 1
        if number == 1 and text.lstrip().startswith("["):
            raise Unreadable("This is a JSON list: write one object a line, without commas.", line)
        try:
            value = parse_json(text.strip())
        except InvalidJson as exc:
            yield failed(number, line, str(exc))
        else:
            yield sorted_out(number, line, value)
