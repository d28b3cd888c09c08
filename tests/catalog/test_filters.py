"""Kestra's filter parameters, as kestrapy itself writes them, become a tree."""

from datetime import UTC, datetime

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from kestrapy.query_filter import append_filter_params

from catalog.filters import (
    EQUALITY,
    NULLNESS,
    ORDERING,
    TEXTUAL,
    WORDING,
    Condition,
    FieldSpec,
    FilterError,
    Group,
    Op,
    parse_filters,
    read_boolean,
    read_choice,
    read_integer,
    read_time,
)

ALLOWED = {
    "id": FieldSpec((*EQUALITY, *WORDING)),
    "type": FieldSpec(EQUALITY),
    "namespace": FieldSpec((*EQUALITY, *NULLNESS, Op.PREFIX)),
    "metadata": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), keyed=True),
    "created": FieldSpec(ORDERING, read_time),
    "deleted": FieldSpec((Op.EQUALS,), read_boolean),
    "revision": FieldSpec((*EQUALITY, *ORDERING), read_integer),
    "state": FieldSpec(EQUALITY, read_choice("SUCCESS", "FAILED")),
}


def parse(query: str) -> Group:
    return parse_filters(QueryDict(query), ALLOWED)


def errors(query: str) -> list[dict[str, str]]:
    with pytest.raises(FilterError) as caught:
        parse(query)
    return caught.value.errors


def sent(*filters: dict) -> Group:
    """What the published client would send for `filters`, parsed."""
    params: list[tuple[str, str]] = []
    append_filter_params(params, list(filters))
    query = QueryDict(mutable=True)
    for name, value in params:
        query.appendlist(name, value)
    return parse_filters(query, ALLOWED)


def leaf(field: str, op: str, value: object) -> dict:
    return {"field": field, "operation": op, "value": value}


def test_nothing_to_filter_matches_everything():
    assert parse("page=1&q=orders") == Group("and", ())


def test_conditions_side_by_side_are_joined_by_and():
    assert sent(leaf("namespace", "PREFIX", "a.b"), leaf("type", "IN", ["T", "F"])) == Group(
        "and",
        (Condition("namespace", Op.PREFIX, "a.b"), Condition("type", Op.IN, ("T", "F"))),
    )


def test_a_map_is_one_condition_a_key():
    tree = sent(leaf("metadata", "EQUALS", {"model_layer": "mart", "a.b": "x,y"}))
    assert tree.children == (
        Condition("metadata", Op.EQUALS, "x,y", "a.b"),
        Condition("metadata", Op.EQUALS, "mart", "model_layer"),
    )


def test_a_metadata_key_may_hold_brackets():
    (condition,) = parse("filters[metadata][EQUALS][a[0][b]]=1").children
    assert condition == Condition("metadata", Op.EQUALS, "1", "a[0][b]")


def test_groups_nest_as_the_client_sends_them():
    tree = sent(
        {
            "logical": "or",
            "children": [
                leaf("type", "EQUALS", "File"),
                {
                    "logical": "and",
                    "children": [leaf("id", "STARTS_WITH", "raw."), leaf("type", "EQUALS", "T")],
                },
            ],
        }
    )
    raw = Group(
        "and", (Condition("id", Op.STARTS_WITH, "raw."), Condition("type", Op.EQUALS, "T"))
    )
    file = Condition("type", Op.EQUALS, "File")
    assert tree == Group("and", (Group("or", (file, raw)),))


def test_group_members_keep_their_number_not_the_order_of_arrival():
    tree = parse("filters[or][10][type][EQUALS]=c&filters[or][2][type][EQUALS]=b")
    (group,) = tree.children
    assert [child.value for child in group.children] == ["b", "c"]


def test_a_repeated_parameter_is_two_conditions_and_a_repeated_list_is_one():
    query = (
        "filters[id][CONTAINS]=a&filters[id][CONTAINS]=b&filters[type][IN]=x,y&filters[type][IN]=z"
    )
    assert parse(query).children == (
        Condition("id", Op.CONTAINS, "a"),
        Condition("id", Op.CONTAINS, "b"),
        Condition("type", Op.IN, ("x", "y", "z")),
    )


def test_values_are_read_as_their_field_says():
    query = (
        "filters[created][GREATER_THAN]=2026-11-20T12:00:00%2B02:00&filters[deleted][EQUALS]=true"
        "&filters[revision][IN]=1,2&filters[state][NOT_IN]=success&filters[namespace][IS_NULL]="
    )
    assert [condition.value for condition in parse(query).children] == [
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        True,
        (1, 2),
        ("SUCCESS",),
        None,
    ]


@pytest.mark.parametrize("text", ["2026-11-20T12:00:00+02:00", "2026-11-20 12:00:00 02:00"])
def test_an_offset_survives_a_plus_that_arrived_as_a_space(text: str):
    assert read_time(text) == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_bare_date_is_its_midnight_in_utc():
    assert read_time("2026-11-20") == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("filters[colour][EQUALS]=x", "Unknown field “colour”. Supported: created, deleted, id"),
        ("filters[created][EQUALS]=x", "“created” does not support EQUALS. Supported: GREATER"),
        ("filters[metadata][EQUALS]=x", "Write filters[metadata][EQUALS][key]=value"),
        ("filters[type][EQUALS][k]=x", "Write filters[type][EQUALS]=value"),
        ("filters[type]=x", "Write filters[field][OPERATOR]=value"),
        ("filters=x", "Write filters[field][OPERATOR]=value"),
        ("filters[created][LESS_THAN]=soon", "“soon” is not an ISO 8601 time."),
        ("filters[created][LESS_THAN]=0001-01-01T00:00:00%2B10:00", "is not an ISO 8601 time."),
        ("filters[deleted][EQUALS]=maybe", "“maybe” is neither true nor false."),
        ("filters[revision][EQUALS]=one", "“one” is not a whole number."),
        ("filters[revision][EQUALS]=99999999999", "“99999999999” is out of range."),
        ("filters[state][EQUALS]=OK", "“OK” is not one of SUCCESS, FAILED."),
        ("filters[id][EQUALS]=a%00b", "no NUL"),
        ("filters" + "[or][0]" * 6 + "[id][EQUALS]=a", "Groups nest at most 5 deep."),
    ],
)
def test_a_mistake_is_named_with_what_would_do(query: str, message: str):
    (error,) = errors(query)
    assert error["field"] == QueryDict(query).__iter__().__next__()
    assert message in error["message"]


def test_every_mistake_is_reported_at_once():
    assert len(errors("filters[a][EQUALS]=1&filters[b][EQUALS]=2")) == 2


def test_the_number_of_conditions_is_bounded():
    query = "&".join(f"filters[or][{n}][id][EQUALS]=a" for n in range(101))
    assert errors(query) == [{"field": "filters", "message": "At most 100 conditions."}]


@given(st.text(), st.text())
def test_any_parameter_is_parsed_or_refused(name: str, value: str):
    query = QueryDict(mutable=True)
    query.appendlist(f"filters[{name}]", value)
    try:
        assert isinstance(parse_filters(query, ALLOWED), Group)
    except FilterError as error:
        assert error.errors


@pytest.mark.parametrize("pattern", ["(", "(a)\\1", "(?=a)", "(?<!a)b", "a" * 201])
def test_a_pattern_is_one_that_the_database_can_bound(pattern: str):
    params = QueryDict(mutable=True)
    params["filters[id][REGEX]"] = pattern
    with pytest.raises(FilterError):
        parse_filters(params, {"id": FieldSpec(TEXTUAL)})
