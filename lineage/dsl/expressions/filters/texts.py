"""Filters of text. None of them runs a regular expression that somebody else wrote."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from lineage.dsl.expressions.filters.registry import FILTERS, text_filter, whole
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import concatenate, to_text

_META = re.compile(r"[\\^$.|?*+()\[\]{}]")


@text_filter("split")
def split_filter(scope: Scope, value: str, delimiter: Any, limit: Any = 0) -> list[str]:
    """By a literal delimiter; one escaped for Java's regular expressions (`\\.`) works too."""
    between = _literal(delimiter)
    limit = whole(limit, "limit")
    parts = list(value) if between == "" else value.split(between, limit - 1 if limit > 0 else -1)
    scope.spend(len(parts))
    while limit == 0 and len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts


@FILTERS.check("split")
def check_split(given: Mapping[str, Any]) -> None:
    if "delimiter" in given:
        _literal(given["delimiter"])


def _literal(pattern: Any) -> str:
    if not isinstance(pattern, str):
        raise ExpressionError("the delimiter must be text")
    if len(pattern) == 1:
        return pattern
    bare = re.sub(r"\\([^A-Za-z0-9])", "", pattern)
    if _META.search(bare):
        raise ExpressionError("regular expressions are not supported; use a literal delimiter")
    return re.sub(r"\\([^A-Za-z0-9])", r"\1", pattern)


@text_filter("lower")
def lower_filter(scope: Scope, value: str) -> str:
    return value.lower()


@text_filter("upper")
def upper_filter(scope: Scope, value: str) -> str:
    return value.upper()


@text_filter("title")
def title_filter(scope: Scope, value: str) -> str:
    scope.spend(len(value) // 2)
    return re.sub(r"\S+", lambda word: word[0][0].upper() + word[0][1:], value)


@text_filter("capitalize")
def capitalize_filter(scope: Scope, value: str) -> str:
    return value[:1].upper() + value[1:]


@text_filter("trim")
def trim_filter(scope: Scope, value: str) -> str:
    return value.strip()


@text_filter("string")
def string_filter(scope: Scope, value: str) -> str:
    return value


@text_filter("abbreviate")
def abbreviate_filter(scope: Scope, value: str, length: Any) -> str:
    width = max(4, whole(length, "length"))
    return value if len(value) <= width else value[: width - 3] + "..."


@text_filter("slugify")
def slugify_filter(scope: Scope, value: str) -> str:
    """Kestra's Slugify: accents go, everything but letters, digits and dashes goes."""
    scope.spend(len(value) // 3)
    plain = unicodedata.normalize("NFD", re.sub(r"\s", "-", value))
    slug = re.sub(r"[^A-Za-z0-9_-]", "", plain).replace("_", "-")
    return re.sub(r"-+", "-", slug).removeprefix("-").removesuffix("-").lower()


@text_filter("replace")
def replace_filter(scope: Scope, value: str, replace_pairs: Any, regexp: Any = False) -> str:
    check_replace({"regexp": regexp})
    if not isinstance(replace_pairs, Mapping):
        raise ExpressionError("replace takes a map of texts and what replaces them")
    for old, new in replace_pairs.items():
        if old:
            fresh = to_text(scope, new)
            found = value.count(old)
            scope.spend_text(len(value) + found * max(0, len(fresh) - len(old)))
            value = value.replace(old, fresh)
    return value


@FILTERS.check("replace")
def check_replace(given: Mapping[str, Any]) -> None:
    if given.get("regexp"):
        raise ExpressionError("regular expressions are not supported in replace")


@text_filter("startsWith")
def starts_with(scope: Scope, value: str, prefix: Any) -> bool:
    return value.startswith(to_text(scope, prefix))


@text_filter("endsWith")
def ends_with(scope: Scope, value: str, suffix: Any) -> bool:
    return value.endswith(to_text(scope, suffix))


@text_filter("substringBefore")
def substring_before(scope: Scope, value: str, separator: Any) -> str:
    return value.split(_separator(separator), 1)[0]


@text_filter("substringBeforeLast")
def substring_before_last(scope: Scope, value: str, separator: Any) -> str:
    return value.rsplit(_separator(separator), 1)[0]


@text_filter("substringAfter")
def substring_after(scope: Scope, value: str, separator: Any) -> str:
    return value.partition(_separator(separator))[2]


@text_filter("substringAfterLast")
def substring_after_last(scope: Scope, value: str, separator: Any) -> str:
    head, found, tail = value.rpartition(_separator(separator))
    return tail if found else ""


def _separator(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ExpressionError("the separator must be text")
    return value


@text_filter("base64encode")
def base64_encode(scope: Scope, value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@text_filter("base64decode")
def base64_decode(scope: Scope, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise ExpressionError("the text is not Base64 of a text") from None


@text_filter("urlencode")
def url_encode(scope: Scope, value: str) -> str:
    scope.spend(len(value))
    return quote_plus(value)


@text_filter("urldecode")
def url_decode(scope: Scope, value: str) -> str:
    scope.spend(len(value))
    return unquote_plus(value)


def _hash(name: str, algorithm: Callable[..., Any]) -> None:
    @text_filter(name)
    def digest(scope: Scope, value: str) -> str:
        return algorithm(value.encode(), usedforsecurity=False).hexdigest()


for _name in ("md5", "sha1", "sha256", "sha512"):
    _hash(_name, getattr(hashlib, _name))

_ESCAPES = {
    "single": lambda text: text.replace("'", "\\'"),
    "double": lambda text: text.replace('"', '\\"'),
    "shell": lambda text: text.replace("'", "'\\''"),
}


@text_filter("escapeChar")
def escape_char(scope: Scope, value: str, type: Any) -> str:
    if type not in _ESCAPES:
        raise ExpressionError(f"escapeChar takes one of {', '.join(_ESCAPES)}")
    return _ESCAPES[type](value)


@text_filter("indent")
def indent_filter(scope: Scope, value: str, amount: Any, prefix: Any = " ") -> str:
    return _indented(scope, value, amount, prefix)


@text_filter("nindent")
def nindent_filter(scope: Scope, value: str, amount: Any, prefix: Any = " ") -> str:
    first = _prefix(scope, amount, prefix)
    return concatenate(scope, "\n" + first, _indented(scope, value, amount, prefix))


def _prefix(scope: Scope, amount: Any, prefix: Any) -> str:
    count, text = max(0, whole(amount, "amount")), to_text(scope, prefix)
    scope.spend_text(count * len(text))
    return text * count


def _indented(scope: Scope, value: str, amount: Any, prefix: Any) -> str:
    before = _prefix(scope, amount, prefix)
    scope.spend_text(len(value) + value.count("\n") * len(before))
    return value.replace("\n", "\n" + before)
