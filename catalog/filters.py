"""Kestra's filter syntax, `filters[field][OP]=value`: query parameters in, a tree out.

Nothing here knows a table: each search names its own fields as `FieldSpec`s, and
`catalog.filter_queries` turns the tree into a condition. Shapes (K3, and what kestrapy sends):

    filters[namespace][PREFIX]=company.data           one condition
    filters[type][IN]=Table,File                      a list, comma-joined or repeated
    filters[metadata][EQUALS][model_layer]=mart       a map: the key stands last, verbatim
    filters[or][0][type][EQUALS]=File                 groups, `and` or `or`, may nest
    filters[or][1][and][0][id][STARTS_WITH]=raw.

Conditions side by side are joined by `and`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

MAX_CONDITIONS = 100
MAX_DEPTH = 5
MAX_VALUE = 2000
MAX_PATTERN = 200


class Op(StrEnum):
    """Kestra's operators, by their names on the wire."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    GREATER_THAN = "GREATER_THAN"
    LESS_THAN = "LESS_THAN"
    GREATER_THAN_OR_EQUAL_TO = "GREATER_THAN_OR_EQUAL_TO"
    LESS_THAN_OR_EQUAL_TO = "LESS_THAN_OR_EQUAL_TO"
    IN = "IN"
    NOT_IN = "NOT_IN"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    CONTAINS = "CONTAINS"
    NOT_CONTAINS = "NOT_CONTAINS"
    IS_NULL = "IS_NULL"
    IS_NOT_NULL = "IS_NOT_NULL"
    REGEX = "REGEX"
    PREFIX = "PREFIX"


LISTS = frozenset({Op.IN, Op.NOT_IN})
VALUELESS = frozenset({Op.IS_NULL, Op.IS_NOT_NULL})
EQUALITY = (Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN)
WORDING = (Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS, Op.NOT_CONTAINS)
ORDERING = (
    Op.GREATER_THAN,
    Op.GREATER_THAN_OR_EQUAL_TO,
    Op.LESS_THAN,
    Op.LESS_THAN_OR_EQUAL_TO,
)
#: What text may be asked.
TEXTUAL = (*EQUALITY, *WORDING, Op.REGEX)
#: What a time may be asked.
MOMENTS = (Op.EQUALS, Op.NOT_EQUALS, *ORDERING)
NULLNESS = (Op.IS_NULL, Op.IS_NOT_NULL)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field may be asked: its operators, and how one value is read from text.

    `read` raises ValueError with a message for the caller. A `keyed` field is a map: every
    condition on it names a key.
    """

    ops: tuple[Op, ...]
    read: Callable[[str], Any] = str
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """`value` as read by the field's spec: a tuple for IN and NOT_IN, None for IS_NULL."""

    field: str
    op: Op
    value: Any
    key: str = ""


type Filter = Condition | Group


@dataclass(frozen=True, slots=True)
class Group:
    """No children: everything matches. Parameters cannot negate a group; a query box can."""

    logical: Literal["and", "or"] = "and"
    children: tuple[Filter, ...] = ()
    negated: bool = False


class FilterError(ValueError):
    """`errors`: `[{"field": the parameter's name, "message": what to do about it}]`."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = errors


class Params(Protocol):
    """What Django's QueryDict offers of itself."""

    def lists(self) -> Iterable[tuple[str, list[str]]]: ...


def parse_filters(params: Params, allowed: Mapping[str, FieldSpec]) -> Group:
    """The filters among `params` as one `and` group; raises FilterError naming every mistake."""
    errors: list[dict[str, str]] = []
    branches: dict[tuple[str, ...], list[Condition]] = {}
    for name, values in params.lists():
        if not name.startswith("filters"):
            continue
        try:
            path, condition = _conditions(name, values, allowed)
            branches.setdefault(path, []).extend(condition)
        except ValueError as error:
            errors.append({"field": name, "message": str(error)})
    if sum(map(len, branches.values())) > MAX_CONDITIONS:
        errors.append({"field": "filters", "message": f"At most {MAX_CONDITIONS} conditions."})
    if errors:
        raise FilterError(errors)
    return Group("and", tuple(_tree(branches)))


def read_boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"“{text}” is neither true nor false.")
    return text.lower() == "true"


def read_integer(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a whole number.") from None
    if not -(2**31) <= value < 2**31:
        raise ValueError(f"“{text}” is out of range.")
    return value


def read_time(text: str) -> datetime:
    """ISO 8601, a bare date included; without an offset it is UTC."""
    try:
        # A "+" that was not percent-encoded arrives as a space.
        value = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"“{text}” is not an ISO 8601 time.") from None


def read_pattern(text: str) -> str:
    """A regular expression whose time the database can bound: short, neither looking around nor
    referring back."""
    if len(text) > MAX_PATTERN:
        raise ValueError(f"A regular expression has at most {MAX_PATTERN} characters.")
    if re.search(r"\\[1-9]|\(\?(?!:)", text):
        raise ValueError("A regular expression may neither look around nor refer back.")
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"“{text}” is no regular expression: {error}.") from None
    return text


def read_choice(*choices: str) -> Callable[[str], str]:
    """A reader that lets only `choices` through, whatever their case; gives them as spelled."""
    spelled = {choice.lower(): choice for choice in choices}

    def read(text: str) -> str:
        if text.lower() not in spelled:
            raise ValueError(f"“{text}” is not one of {', '.join(choices)}.")
        return spelled[text.lower()]

    return read


def _conditions(
    name: str, values: list[str], allowed: Mapping[str, FieldSpec]
) -> tuple[tuple[str, ...], list[Condition]]:
    """One parameter → (the groups it stands in, one condition for each of its values)."""
    path, rest = _groups(name)
    found = re.fullmatch(r"\[([^\[\]]+)\]\[([^\[\]]+)\](?:\[(.*)\])?", rest, re.DOTALL)
    if not found:
        raise ValueError("Write filters[field][OPERATOR]=value.")
    field, operator, key = found[1], found[2].upper(), found[3] or ""
    spec = allowed.get(field)
    if spec is None:
        raise ValueError(f"Unknown field “{field}”. Supported: {', '.join(sorted(allowed))}.")
    if operator not in spec.ops:
        raise ValueError(
            f"“{field}” does not support {operator}. Supported: {', '.join(spec.ops)}."
        )
    if spec.keyed != bool(key):
        wanted = f"[{field}][{operator}][key]" if spec.keyed else f"[{field}][{operator}]"
        raise ValueError(f"Write filters{wanted}=value.")
    op = Op(operator)
    return path, [Condition(field, op, value, key) for value in _values(op, values, spec)]


def _groups(name: str) -> tuple[tuple[str, ...], str]:
    """`filters[or][0][type][EQUALS]` → (("or", "0"), "[type][EQUALS]")."""
    path: list[str] = []
    rest = name.removeprefix("filters")
    while found := re.match(r"\[(and|or)\]\[(\d{1,4})\](?=\[)", rest):
        path += [found[1], found[2]]
        rest = rest[found.end() :]
    if len(path) > 2 * MAX_DEPTH:
        raise ValueError(f"Groups nest at most {MAX_DEPTH} deep.")
    return tuple(path), rest


def _values(op: Op, values: list[str], spec: FieldSpec) -> list[Any]:
    if any(len(value) > MAX_VALUE or "\0" in value for value in values):
        raise ValueError(f"A value has at most {MAX_VALUE} characters, and no NUL.")
    if op in VALUELESS:
        return [None]
    if op is Op.REGEX:
        return [read_pattern(value) for value in values]
    if op in LISTS:
        items = [item.strip() for value in values for item in value.split(",") if item.strip()]
        return [tuple(spec.read(item) for item in items)]
    return [spec.read(value) for value in values]


def _tree(branches: Mapping[tuple[str, ...], list[Condition]], at: int = 0) -> list[Filter]:
    """Conditions by their path → the nodes of one level, in the order they were written."""
    nodes: list[Filter] = [c for path, own in branches.items() if len(path) == at for c in own]
    for logical in ("and", "or"):
        units: dict[str, dict[tuple[str, ...], list[Condition]]] = {}
        for path, own in branches.items():
            if len(path) > at and path[at] == logical:
                units.setdefault(path[at + 1], {})[path] = own
        if units:
            children = [_unit(_tree(units[number], at + 2)) for number in sorted(units, key=int)]
            nodes.append(Group(logical, tuple(children)))
    return nodes


def _unit(nodes: list[Filter]) -> Filter:
    """What stands under one index of a group: alone as it is, several joined by `and`."""
    return nodes[0] if len(nodes) == 1 else Group("and", tuple(nodes))
