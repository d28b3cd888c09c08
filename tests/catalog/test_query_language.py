"""The query box's language: read, reported, and given back for the address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query_language import Query, Term, parse_query, token


def test_terms_of_every_kind():
    query = parse_query(
        "type:Table ns:company.data owner:finance state:stale model_layer:mart orders"
        ' "exact words" -excluded -tag:deprecated'
    )
    assert query.terms == (
        Term("type", ("Table",)),
        Term("namespace", ("company.data",)),
        Term("owner", ("finance",)),
        Term("state", ("stale",)),
        Term("metadata", ("mart",), "model_layer"),
        Term("text", ("orders",)),
        Term("text", ("exact words",)),
        Term("text", ("excluded",), negated=True),
        Term("tag", ("deprecated",), negated=True),
    )


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("type:Table,File", Term("type", ("Table", "File"))),
        ('owner:"Mara Lindt",finance', Term("owner", ("Mara Lindt", "finance"))),
        ("namespace:a.b", Term("namespace", ("a.b",))),
        ("fresh:Stale", Term("state", ("stale",))),
        ("State:FAILED,failed", Term("state", ("failed",))),
        ("is:deleted", Term("is", ("deleted",))),
        ("id:s3://bucket/key", Term("id", ("s3://bucket/key",))),
        ("s3://bucket/key", Term("text", ("s3://bucket/key",))),
        ('"urn:li:dataset"', Term("text", ("urn:li:dataset",))),
        ("12:30", Term("text", ("12:30",))),
        ('"my key":x', Term("metadata", ("x",), "my key")),
        ('"type":x', Term("metadata", ("x",), "type")),
        ('say"so"', Term("text", ("sayso",))),
        (r'"a \"b\" \\"', Term("text", (r'a "b" \ '.strip(),))),
        ("a-b", Term("text", ("a-b",))),
        ("wh.marts/orders_v2", Term("text", ("wh.marts/orders_v2",))),
    ],
)
def test_one_term(text: str, term: Term):
    assert parse_query(text).terms == (term,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state:bogus", "“bogus” is not one of fresh, stale, failed, never, unknown."),
        ("is:green", "“green” is not one of deleted."),
        ("type:", "Nothing stands behind “type:”."),
        ("owner:,", "Nothing stands behind “owner:”."),
        ('orders "and more', "The quotation mark is not closed."),
        ('""', "Empty."),
    ],
)
def test_a_term_that_cannot_be_read_is_kept_and_reported(text: str, message: str):
    query = parse_query(text)
    (bad,) = query.bad
    assert bad.error == message
    assert str(query) == text


def test_equal_terms_count_once_and_their_number_is_bounded():
    assert parse_query("a a tag:x tag:x").terms == (Term("text", ("a",)), Term("tag", ("x",)))
    assert len(parse_query(" ".join(map(str, range(100)))).terms) == 30


def test_facets_toggle_one_value_and_leave_the_rest():
    query = parse_query("orders type:Table -type:VM")
    more = query.toggled("type", "File")
    assert str(more) == "orders -type:VM type:Table,File"
    assert str(more.toggled("type", "Table")) == "orders -type:VM type:File"
    assert str(query.toggled("type", "Table")) == "orders -type:VM"
    assert str(query.toggled("metadata", "gold mart", "model_layer")).endswith(
        'model_layer:"gold mart"'
    )


def test_one_term_is_dropped():
    query = parse_query("orders tag:pii state:bogus")
    assert str(query.without(query.terms[1])) == "orders state:bogus"
    assert str(query.without(query.terms[2])) == "orders tag:pii"


def test_a_link_s_term_is_read_as_it_was_meant():
    for field, value, key in (
        ("owner", 'a "b", c', ""),
        ("metadata", "x", "type"),
        ("tag", "-", ""),
    ):
        (term,) = parse_query(token(field, value, key)).terms
        assert term == Term(field, (value,), key)


@given(st.text(max_size=60))
def test_whatever_is_typed_comes_back_the_same(text: str):
    query = parse_query(text)
    assert parse_query(str(query)) == query


@given(
    st.lists(
        st.builds(
            Term,
            st.sampled_from(["text", "type", "owner", "metadata"]),
            st.tuples(st.text(min_size=1).map(str.strip).filter(lambda t: t and "\0" not in t)),
            negated=st.booleans(),
        ),
        max_size=5,
        unique=True,
    )
)
def test_whatever_is_meant_can_be_written(terms: list[Term]):
    meant = tuple(
        Term(t.field, t.values, "k:e y" if t.field == "metadata" else "", t.negated) for t in terms
    )
    assert parse_query(str(Query(meant))).terms == meant
