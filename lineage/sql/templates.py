"""SQL with templates that could not be rendered, made parsable without guessing what they say.

An expression becomes a name that nobody uses. Where that name stands for a value, the statement
is understood all the same; where it stands for a table or a file, the table is not known, and the
report shows the expression as it was written.
"""

import re
from typing import NamedTuple

#: What a template leaves behind, in every dialect a plain name in lower case.
MARK = "headwater_template_"
_MARKS = re.compile(MARK + r"(\d+)_", re.IGNORECASE)
_OPENERS = re.compile(r"\{\{|\{%|\{#|\$\{")
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}", "${": "}"}


class Parsable(NamedTuple):
    """A text, and the expressions that its marks stand for."""

    text: str
    expressions: tuple[str, ...] = ()

    def shown(self, name: str) -> str:
        """`name` with the expressions as they were written."""

        def written(mark: re.Match[str]) -> str:
            number = int(mark[1])
            return self.expressions[number] if number < len(self.expressions) else mark[0]

        return _MARKS.sub(written, name) if self.expressions else name


def made_parsable(text: str) -> Parsable:
    """`text` without templates (`{{ … }}`, `{% … %}`, `{# … #}`, `${…}`), on the same lines.

    Equal expressions leave equal marks. Of a condition or loop all branches stay, once each.
    """
    pieces: list[str] = []
    numbers: dict[str, int] = {}
    expressions: list[str] = []
    at = 0
    while (opener := _OPENERS.search(text, at)) is not None:
        end = text.find(_CLOSERS[opener[0]], opener.end())
        if end < 0:
            break
        end += len(_CLOSERS[opener[0]])
        written = text[opener.start() : end]
        pieces.append(text[at : opener.start()])
        if opener[0] in ("{{", "${"):
            number = numbers.setdefault("".join(written.split()), len(numbers))
            expressions += [written] if number == len(expressions) else []
            pieces.append(f"{MARK}{number}_")
        pieces.append("\n" * written.count("\n") or ("" if opener[0] in ("{{", "${") else " "))
        at = end
    pieces.append(text[at:])
    return Parsable("".join(pieces), tuple(expressions))


def is_marked(name: str) -> bool:
    """Whether a part of `name` is not known."""
    return MARK in name.lower()
