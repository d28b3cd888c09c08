"""The query box: one line of text in, terms out, and the same line back for the address.

    type:Table,File ns:company.data owner:finance state:stale model_layer:mart
    orders "exact words" -excluded -tag:deprecated

Terms are joined by and; values behind one colon, comma-separated, by or; `-` turns a term round.
A word before a colon that is no field is a metadata key. Text that happens to hold a colon is
quoted, except addresses (`s3://…`) and what begins with a digit. A term that cannot be read is
kept, with its `error`, so that a page can show it where it stands.
"""

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

#: What may stand before the colon → the field it means.
FIELDS = {
    "type": "type",
    "ns": "namespace",
    "namespace": "namespace",
    "owner": "owner",
    "tag": "tag",
    "state": "state",
    "fresh": "state",
    "id": "id",
    "is": "is",
    "status": "status",
    "expiry": "expiry",
}
#: Field → how it is written.
SPELLED = {"namespace": "ns"}
STATES = ("fresh", "stale", "failed", "never", "unknown")
FLAGS = ("deleted",)
EXPIRIES = ("expired", "expiring_7d", "expiring_30d", "no_expiry")
MAX_TERMS = 30
MAX_LENGTH = 2000

_TERM = re.compile(
    r"""
    (?P<minus>-(?=\S))?
    (?: (?P<key> "(?:[^"\\]|\\.)+" | [A-Za-z_][\w.\-]* ) : (?!//) )?
    (?P<value> (?: "(?:[^"\\]|\\.)*" | [^\s"] )* (?P<open>".*)? )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `field`: `text`, `metadata` (then `key` is set) or a value of FIELDS."""

    field: str
    values: tuple[str, ...]
    key: str = ""
    negated: bool = False
    error: str = ""
    #: As it was written, for a term that cannot be read.
    raw: str = dataclasses.field(default="", compare=False)

    def __str__(self) -> str:
        if self.error:
            return self.raw
        minus = "-" if self.negated else ""
        if self.field == "text":
            return minus + quote(self.values[0], plain=r'[^\s",:\-][^\s",:]*')
        return f"{minus}{self.name}:" + ",".join(map(quote, self.values))

    @property
    def name(self) -> str:
        """What stands before the colon; "" for text."""
        if self.field == "text":
            return ""
        if self.field == "metadata":
            reserved = self.key in FIELDS
            return f'"{escape(self.key)}"' if reserved else quote(self.key, r"[A-Za-z_][\w.\-]*")
        return SPELLED.get(self.field, self.field)

    @property
    def value(self) -> str:
        return ", ".join(self.values)


@dataclass(frozen=True, slots=True)
class Query:
    """A whole line. `str()` gives the line back, normalised; parsing that gives an equal query."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def good(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if not term.error)

    @property
    def bad(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.error)

    @property
    def words(self) -> tuple[Term, ...]:
        """Free text: what stays in the box while other terms become tokens."""
        return tuple(term for term in self.terms if term.field == "text" and not term.error)

    @property
    def tokens(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.field != "text" or term.error)

    def of(self, field: str, key: str = "") -> tuple[str, ...]:
        """Every value asked of a field by a term that is not turned round."""
        found = (t for t in self.good if (t.field, t.key, t.negated) == (field, key, False))
        return tuple(value for term in found for value in term.values)

    def without(self, term: Term) -> "Query":
        return Query(tuple(other for other in self.terms if other is not term and other != term))

    def toggled(self, field: str, value: str, key: str = "") -> "Query":
        """With `value` added to the field's values, or taken out when it is among them."""
        here = self.of(field, key)
        values = tuple(v for v in here if v != value) if value in here else (*here, value)
        rest = tuple(t for t in self.terms if (t.field, t.key, t.negated) != (field, key, False))
        return Query((*rest, Term(field, values, key)) if values else rest)

    def only(self, field: str, value: str) -> "Query":
        """With `value` as the one value of the field."""
        rest = tuple(t for t in self.terms if t.field != field)
        return Query((*rest, Term(field, (value,))))


def parse_query(text: str) -> Query:
    """Never raises: what cannot be read carries an error. Equal terms count once."""
    terms: dict[tuple[object, ...], Term] = {}
    for term in _terms(text[:MAX_LENGTH].replace("\0", "")):
        terms.setdefault((term, term.raw if term.error else ""), term)
        if len(terms) == MAX_TERMS:
            break
    return Query(tuple(terms.values()))


def token(field: str, value: str, key: str = "") -> str:
    """The text of one term, for links: `token("owner", "Mara Lindt")` → `owner:"Mara Lindt"`."""
    return str(Term(field, (value,), key))


def quote(text: str, plain: str = r'[^\s",\-][^\s",]*') -> str:
    return text if re.fullmatch(plain, text) else f'"{escape(text)}"'


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _terms(text: str) -> Iterable[Term]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TERM.match(text, at)
        if found is None or found.end() == at:
            break
        at = found.end()
        yield _term(found)


def _term(found: re.Match[str]) -> Term:
    key, value, raw = found["key"], found["value"], found[0].strip()
    negated = bool(found["minus"])
    if found["open"]:
        return _wrong("text", raw, "The quotation mark is not closed.")
    if key is None:
        word = _unquote(value)
        return Term("text", (word,), negated=negated) if word else _wrong("text", raw, "Empty.")
    quoted = key.startswith('"')
    key = _unquote(key)
    field = "metadata" if quoted else FIELDS.get(key.lower(), "metadata")
    values = tuple(dict.fromkeys(filter(None, map(_unquote, _split(value)))))
    if not values:
        return _wrong(field, raw, f"Nothing stands behind “{key}:”.")
    term = Term(field, values, key if field == "metadata" else "", negated, raw=raw)
    return _checked(term)


def _checked(term: Term) -> Term:
    """A known field's values in their one spelling, or the term with its error."""
    choices = {"state": STATES, "is": FLAGS, "expiry": EXPIRIES}.get(term.field)
    if choices is None:
        return term
    values = tuple(dict.fromkeys(value.lower() for value in term.values))
    wrong = [value for value in values if value not in choices]
    if wrong:
        return _wrong(term.field, term.raw, f"“{wrong[0]}” is not one of {', '.join(choices)}.")
    return replace(term, values=values)


def _wrong(field: str, raw: str, error: str) -> Term:
    return Term(field, (raw,), error=error, raw=raw)


def _split(value: str) -> list[str]:
    """At commas outside quotation marks."""
    parts = [""]
    for piece in re.findall(r'"(?:[^"\\]|\\.)*"|[^",]+|,', value, re.DOTALL):
        if piece == ",":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _unquote(text: str) -> str:
    """Text without its quotation marks, wherever they stand: `a"b c"` → `ab c`."""

    def plain(found: re.Match[str]) -> str:
        return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)

    return re.sub(r'"((?:[^"\\]|\\.)*)"', plain, text, flags=re.DOTALL).strip()
