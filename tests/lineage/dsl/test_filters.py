"""Every filter and function, with what Kestra documents for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lineage.dsl import ExpressionError, Functions, evaluate_text
from lineage.dsl.expressions import Names
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.functions import FUNCTIONS

MOMENT = datetime(2024, 2, 29, 13, 5, 9, 123456, tzinfo=UTC)
NAMES = Names(
    {
        "text": "Hello World!",
        "date": "2024-02-29T13:05:09.123456Z",
        "map": {"foo": "bar", "baz": "qux"},
        "tasks": {
            "a": {"state": "FAILED"},
            "b": {"1": {"state": "FAILED"}, "2": {"state": "SUCCESS"}},
        },
        "loop": [{"outputs": {"r": 1}}, {"outputs": {}}, {}],
        "outputs": {"t": {"v": {"n": 5}}},
        "taskrun": {"value": "v"},
        "none": None,
    },
    MOMENT,
)
FUNCTIONS_LENT = Functions(
    assets=lambda **filters: [{"id": "a"}], kv=lambda key, namespace: f"<{key}>"
)


def expression(text: str) -> Any:
    return evaluate_text(f"{{{{ {text} }}}}", NAMES, FUNCTIONS_LENT)


CASES: dict[str, list[tuple[str, Any]]] = {
    "abbreviate": [
        ("'this is a long sentence.' | abbreviate(7)", "this..."),
        ("'ab'|abbreviate(7)", "ab"),
    ],
    "abs": [("-7 | abs", 7)],
    "base64decode": [("'dGVzdA==' | base64decode", "test")],
    "base64encode": [("'test' | base64encode", "dGVzdA==")],
    "capitalize": [("'hello world' | capitalize", "Hello world")],
    "chunk": [("[1, 2, 3, 4, 5] | chunk(2)", [[1, 2], [3, 4], [5]])],
    "count": [("[1, 2] | count", 2)],
    "date": [
        ("date | date('yyyy-MM-dd')", "2024-02-29"),
        ("date | date", "2024-02-29T13:05:09.123456Z"),
        ("date | date(\"yyyy-MM-dd'T'HH:mm:ssX\", timeZone='UTC')", "2024-02-29T13:05:09Z"),
        ("date | date('HH:mm', timeZone='Europe/Paris')", "14:05"),
        ("date | date('HH:mm xxx', timeZone='+02:00')", "15:05 +02:00"),
        ("date | date('EEE d MMMM yy, h:mm a')", "Thu 29 February 24, 1:05 PM"),
        ("date | date('sql')", "2024-02-29 13:05:09.123456"),
        ("date | date('iso_local_date')", "2024-02-29"),
        ("date | date('D Q SSS')", "60 1 123"),
        ("'2024-March-1' | date(existingFormat='yyyy-MMMM-d', format='yyyy/MM/d')", "2024/03/1"),
        ("'2024-01-02' | date('dd.MM.yyyy')", "02.01.2024"),
        ("0 | date('yyyy')", "1970"),
        ("none | date('yyyy')", None),
    ],
    "dateAdd": [
        ("date | dateAdd(-1, 'DAYS') | date('yyyy-MM-dd')", "2024-02-28"),
        ("date | dateAdd(1, 'YEARS') | date('yyyy-MM-dd')", "2025-02-28"),
        ("date | dateAdd(-3, 'MONTHS', 'yyyy-MM-dd')", "2023-11-29"),
        ("date | dateAdd(90, 'MINUTES', format='HH:mm')", "14:35"),
        ("now() | dateAdd(1, 'WEEKS')", "2024-03-07T13:05:09.123456Z"),
    ],
    "default": [("none | default('x')", "x"), ("[] | default('x')", "x"), ("0 | default(1)", 0)],
    "distinct": [("[1, 2, 2, 1, '1', true] | distinct", [1, 2, "1", True])],
    "endsWith": [("'report.csv' | endsWith('.csv')", True)],
    "escapeChar": [("\"Can't\" | escapeChar('single')", "Can\\'t")],
    "first": [("['a', 'b'] | first", "a"), ("'Kestra' | first", "K"), ("[] | first", None)],
    "flatten": [("[[1, 2], [3], 4] | flatten", [1, 2, 3, 4])],
    "indent": [("'a\\nb' | indent(2)", "a\n  b")],
    "join": [("['a', 1, null] | join(', ')", "a, 1, ")],
    "jq": [
        ("map | jq('.foo')", ["bar"]),
        ("'[1,2]' | jq('.[]')", [1, 2]),
        ("none | jq('.')", None),
    ],
    "json": [("map | json", {"foo": "bar", "baz": "qux"})],
    "jsonEncode": [("'a' | jsonEncode", '"a"')],
    "keys": [("map | keys", ["foo", "baz"]), ("['x'] | keys", [0])],
    "last": [("['a', 'b'] | last", "b"), ("'Kestra' | last", "a")],
    "length": [("map | length", 2), ("'Kestra' | length", 6)],
    "lower": [("'LOUD' | lower", "loud"), ("5 | lower", "5")],
    "md5": [("'test' | md5", "098f6bcd4621d373cade4e832627b4f6")],
    "merge": [("[1] | merge([2])", [1, 2]), ("{'a': 1} | merge({'b': 2})", {"a": 1, "b": 2})],
    "nindent": [("'a\\nb' | nindent(2)", "\n  a\n  b")],
    "number": [
        ("'12.3' | number", 12.3),
        ("'12' | number", 12),
        ("'9223372036854775808' | number('BIGINTEGER')", 9223372036854775808),
        ("'12' | number('DOUBLE')", 12.0),
    ],
    "numberFormat": [
        ("3.141592653 | numberFormat('#.##')", "3.14"),
        ("1234567 | numberFormat('#,##0.00')", "1,234,567.00"),
        ("2 | numberFormat('0')", "2"),
    ],
    "numberformat": [("2.50 | numberformat('#.##')", "2.5")],
    "replace": [("'I like %a%' | replace({'%a%': 'b', 'z': 1})", "I like b")],
    "reverse": [("[1, 2, 3] | reverse", [3, 2, 1]), ("'abc' | reverse", "cba")],
    "rsort": [("[3, 1, 2] | rsort", [3, 2, 1])],
    "sha1": [("'a' | sha1", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")],
    "sha256": [("'a' | sha256 | length", 64)],
    "sha512": [("'a' | sha512 | length", 128)],
    "size": [("[1] | size", 1)],
    "slice": [("['a', 'b', 'c'] | slice(1, 2)", ["b"]), ("'Kestra' | slice(1, 3)", "es")],
    "slugify": [
        ("text | slugify", "hello-world"),
        ("'Été à_Paris--x' | slugify", "ete-a-paris-x"),
    ],
    "sort": [("[3, 1, 2] | sort", [1, 2, 3]), ("['b', 'a'] | sort", ["a", "b"])],
    "split": [
        ("'a,b,c' | split(',')", ["a", "b", "c"]),
        ("'a.b' | split('\\\\.')", ["a", "b"]),
        ("'a,b,c' | split(',', 2)", ["a", "b,c"]),
        ("'a,,' | split(',')", ["a"]),
        ("'a,,' | split(',', -1)", ["a", "", ""]),
        ("'ab' | split('')", ["a", "b"]),
    ],
    "startsWith": [("'kestra://f' | startsWith('kestra://')", True)],
    "string": [("42 | string", "42")],
    "substringAfter": [("'a.b.c' | substringAfter('.')", "b.c")],
    "substringAfterLast": [("'a.b.c' | substringAfterLast('.')", "c")],
    "substringBefore": [("'a.b.c' | substringBefore('.')", "a")],
    "substringBeforeLast": [("'a.b.c' | substringBeforeLast('.')", "a.b")],
    "timestamp": [("date | timestamp", 1709211909)],
    "timestampMicro": [("date | timestampMicro", 1709211909123456)],
    "timestampMilli": [("date | timestampMilli", 1709211909123)],
    "timestampNano": [("date | timestampNano(timeZone='Asia/Kolkata')", 1709211909123456000)],
    "title": [("'article title' | title", "Article Title")],
    "toJson": [("[1, 'a'] | toJson", [1, "a"]), ("true | toJson", "true")],
    "tojson": [("null | tojson", None)],
    "trim": [("'  x ' | trim", "x")],
    "uniq": [("[1, 1] | uniq", [1])],
    "unique": [("[1, 1] | unique", [1])],
    "upper": [("'quiet' | upper", "QUIET")],
    "urldecode": [("'a+%C3%BC' | urldecode", "a ü")],
    "urlencode": [("'The ü@foo-bar' | urlencode", "The+%C3%BC%40foo-bar")],
    "values": [("map | values", ["bar", "qux"])],
}
FUNCTION_CASES: dict[str, list[tuple[str, Any]]] = {
    "assets": [("assets(type='T') | jq('.[].id')", ["a"])],
    "credential": [("credential('x')", "******")],
    "currentEachOutput": [("currentEachOutput(outputs.t).n", 5)],
    "fromJson": [("fromJson('[1, 2]')[0]", 1), ("fromJson(none)", None)],
    "json": [("json('{\"a\": 1}').a", 1)],
    "jsonDecode": [("jsonDecode('1')", 1)],
    "kv": [("kv('x')", "<x>")],
    "loopOutputs": [("loopOutputs(loop, 'r')", [1, None, None])],
    "max": [("max(1, 3, 2.5)", 3)],
    "min": [("min(1, 3, 0.5)", 0.5)],
    "now": [
        ("now() | date('yyyy-MM-dd')", "2024-02-29"),
        ("now(format='HH')", "13"),
        ("now(timeZone='Asia/Kolkata') | date('HH:mm')", "18:35"),
    ],
    "range": [("range(0, 3)", [0, 1, 2, 3]), ("range(0, 8, 4)", [0, 4, 8]), ("range(2, 1)", [])],
    "render": [("render('{{ text }}')", "Hello World!"), ("render(5)", 5)],
    "renderOnce": [("renderOnce('x')", "x")],
    "secret": [("secret('DB_PASSWORD')", "******"), ("'p' ~ secret('X', subkey='y')", "p******")],
    "tasksWithState": [
        ("tasksWithState('failed')", [
            {"taskId": "a", "state": "FAILED"},
            {"taskId": "b", "value": "1", "state": "FAILED"},
        ]),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [c for cases in CASES.values() for c in cases])
def test_filters(text: str, value: Any) -> None:
    assert expression(text) == value


@pytest.mark.parametrize(
    "text,value", [case for cases in FUNCTION_CASES.values() for case in cases]
)
def test_functions(text: str, value: Any) -> None:
    assert expression(text) == value


def refused(name: str, library: Any, what: str) -> bool:
    try:
        library[name].call(None)
    except ExpressionError as error:
        return f"{what} '{name}' is not available" in str(error)
    except (TypeError, AttributeError):
        return False
    return False


def test_every_filter_has_a_case_or_a_refusal() -> None:
    assert {n for n in FILTERS if not refused(n, FILTERS, "filter")} == set(CASES)


def test_every_function_has_a_case_or_a_refusal() -> None:
    assert {n for n in FUNCTIONS if not refused(n, FUNCTIONS, "function")} == set(FUNCTION_CASES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5 | first", "expected a list, not a number"),
        ("5 | length", "a number has no length"),
        ("'x' | abs", "expected a number, not text"),
        ("'x' | number", "'x' is not a number"),
        ("'nan' | number", "'nan' is not a number"),
        ("'1e999' | number", "is not a number"),
        ("'x' | date", "'x' is not a date"),
        ("[] | date", "a list is not a date"),
        ("date | date('JJ')", "date format letter 'J' is not supported"),
        ("date | date('yyyy', timeZone='Mars/Base')", "unknown time zone 'Mars/Base'"),
        ("date | date('yyyy', timeZone='../../etc/passwd')", "unknown time zone"),
        ("date | date('yyyy', locale='fr')", "in English only"),
        ("'1' | date(existingFormat='yyyy yyyy')", "is not a date"),
        ("date | dateAdd(1, 'PARSECS')", "unknown unit 'PARSECS'"),
        ("date | dateAdd(999999999, 'YEARS')", "the date is out of range"),
        ("date | dateAdd(99999999999999999999, 'DAYS')", "the date is out of range"),
        ("date | dateAdd(1.5, 'DAYS')", "must be a whole number"),
        ("'a' | split('[ab]+')", "regular expressions are not supported"),
        ("'a' | replace({'a': 'b'}, regexp=true)", "regular expressions are not supported"),
        ("'a' | replace('b')", "replace takes a map"),
        ("'a' | substringBefore('')", "the separator must be text"),
        ("'%%' | base64decode", "not Base64"),
        ("'a' | escapeChar('x')", "escapeChar takes one of"),
        ("[1] | chunk(0)", "size must be positive"),
        ("[1] | slice(-1)", "must be positive and in order"),
        ("[1, 'a'] | sort", "cannot compare"),
        ("1 | numberFormat('x')", "takes a number and a format"),
        ("range(0, 1, 0)", "must not be 0"),
        ("range('a', 1)", "takes whole numbers"),
        ("max('a')", "takes numbers"),
        ("fromJson('{')", "is not valid JSON"),
        ("currentEachOutput(map)", "no output for the value 'v'"),
    ],
)
def test_wrong_values_are_told(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        expression(text)
    assert message in str(caught.value)


def test_lookups_without_a_lender_say_so() -> None:
    for text in ("{{ assets() }}", "{{ kv('x') }}"):
        with pytest.raises(ExpressionError):
            evaluate_text(text, {})
    assert evaluate_text("{{ kv('x', errorOnMissing=false) ?? 'y' }}", {}) == "y"


def test_now_is_the_real_clock_outside_any_run() -> None:
    year = evaluate_text("{{ now() | date('yyyy') }}", {})
    assert int(year) >= 2024
