"""Operators, names and texts of the expression language, as Kestra's users write them."""

from typing import Any

import pytest

from lineage.dsl import ExpressionError, Functions, evaluate_text, render
from lineage.dsl.expressions import Missing, Names, Purse, TooMuchWork, check_template

CONTEXT: dict[str, Any] = {
    "flow": {"id": "daily", "namespace": "company.data"},
    "inputs": {"n": 7, "f": 2.5, "none": None, "name": "Ada", "yes": True, "empty": ""},
    "outputs": {
        "task-id": {"uri": "s3://b/k"},
        "task": {"vars": {"x": 1}},
        "each": {"1": {"v": "one"}},
    },
    "items": ["a", "b", "c"],
    "nested": {"list": [{"id": "first"}]},
    "trigger": {"date": "2024-05-01T10:00:00Z"},
    "execution": {"startDate": "2024-05-02T10:00:00Z"},
    "vars": {"greeting": "Hi {{ inputs.name }}", "twice": "{{ render(vars.greeting) }}!"},
}


def expression(text: str) -> Any:
    return evaluate_text(f"{{{{ {text} }}}}", CONTEXT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # access
        ("flow.id", "daily"),
        ("outputs['task-id'].uri", "s3://b/k"),
        ("outputs.task.vars.x", 1),
        ('outputs["task"]["vars"]', {"x": 1}),
        ("items[1]", "b"),
        ("items.1", "b"),
        ("outputs.each[1].v", "one"),
        ("nested.list[0].id", "first"),
        ("nested['li' ~ 'st'][1 - 1]['id']", "first"),
        # literals
        (r"'it\'s'", "it's"),
        (r"'a\nb\\c\.d'", "a\nb\\c\\.d"),
        ("[1, 'a', [true], {'k': null}]", [1, "a", [True], {"k": None}]),
        ("{'a': {'b': 1}}['a']['b']", 1),
        ("{}", {}),
        ("[]", []),
        ("12L", 12),
        ("1.50", 1.5),
        ("007", 7),
        ("[1, 2,]", [1, 2]),
        ("{'or': 1}.or", 1),
        ("[[5, 6]].0.1", 6),
        (r"'\x41\u0041\N{BULLET}\d'", r"\x41\u0041\N{BULLET}\d"),
        # arithmetic, as Java does it
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("2 + 2 / (10 % 3) * (8 - 1)", 16),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7 / 2.0", 3.5),
        ("inputs.f * 2", 5.0),
        ("- inputs.n", -7),
        ("+ inputs.n", 7),
        ("[1] + [2]", [1, 2]),
        ("'a' + 1", "a1"),
        # texts
        ("'a' ~ 1 ~ null ~ true ~ 1.5", "a1true1.5"),
        ("flow.id ~ '-' ~ inputs.name | upper", "DAILY-ADA"),
        # comparisons and logic
        ("inputs.n > 5 and inputs.n <= 7", True),
        ("inputs.n == 7.0", True),
        ("inputs.n != '7'", True),
        ("1 == true", False),
        ("'a' < 'b'", True),
        ("inputs.name equals 'Ada'", True),
        ("not inputs.yes or inputs.yes", True),
        ("not (inputs.yes and inputs.yes)", False),
        ("not inputs.name == 'Ada'", False),
        ("inputs.yes && not inputs.none", True),
        ("inputs.yes || false", True),
        ("[1, {'a': [2]}] == [1, {'a': [2]}]", True),
        # contains
        ("items contains 'b'", True),
        ("items contains ['a', 'c']", True),
        ("items contains ['a', 'z']", False),
        ("'abc' contains 'bc'", True),
        ("flow contains 'id'", True),
        ("'b' in items", True),
        ("'z' not in items", True),
        ("execution.startDate isIn ['x']", False),
        ("null contains 'a'", False),
        # tests
        ("inputs.nope is defined", False),
        ("inputs.nope is not defined", True),
        ("nope.nope.nope is defined", False),
        ("inputs.none is null", True),
        ("inputs.name is not null", True),
        ("inputs.empty is empty", True),
        ("items is empty", False),
        ("2 is even and 3 is odd", True),
        ("items is iterable", True),
        ("flow is map", True),
        ("'[1]' is json", True),
        ("'[' is json", False),
        # choices
        ("inputs.n > 5 ? 'big' : 'small'", "big"),
        ("inputs.none ? 1 : inputs.empty ? 2 : 3", 3),
        ("'a' if inputs.yes else 'b'", "a"),
        ("inputs.nope ?? inputs.none ?? 'x'", "x"),
        ("inputs.none ??? 'x'", None),
        ("inputs.nope ??? 'x'", "x"),
        ("nope ?? 'x'", "x"),
        ("inputs.nope ?? 'a' | upper", "A"),
        ("trigger.date ?? (execution.startDate | dateAdd(-1, 'DAYS'))", "2024-05-01T10:00:00Z"),
        ("inputs.nope | default('x')", "x"),
        ("inputs.empty | default('x')", "x"),
        ("inputs.name | default('x')", "Ada"),
        ("1..3", [1, 2, 3]),
    ],
)
def test_expressions(text: str, value: Any) -> None:
    assert expression(text) == value
    assert type(expression(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("{ not a template }", "{ not a template }"),
        ("a {{ flow.id }} b {{ inputs.n }} c", "a daily b 7 c"),
        ("a  {{- flow.id -}}  b", "adailyb"),
        ("{{ inputs.none }}|{{ inputs.yes }}|{{ inputs.f }}", "|true|2.5"),
        ("{{ items }}{{ nested }}", '["a","b","c"]{"list":[{"id":"first"}]}'),
        ("{{ '}}' }}{{ '{{' }}", "}}{{"),
        ("{{\n flow.id\n}}", "daily"),
        ("{{ {'a': {'b': 1}} }}", '{"a":{"b":1}}'),
        ("{{ render(vars.greeting) }}", "Hi Ada"),
        ("{{ vars.greeting }}", "Hi {{ inputs.name }}"),
        ("{{ render(vars.twice) }}", "Hi Ada!"),
        ("{{ renderOnce(vars.twice) }}", "Hi Ada!"),
        ("{{ render('{{ flow.id }}') }}", "daily"),
        ("ü{{ 'é' }}", "üé"),
        ("{{ '{# {% {{ -}}' }}", "{# {% {{ -}}"),
        ("{{ flow.id }}\n", "daily\n"),
        ("a\r\nb {{ flow.id }}\r", "a\nb daily\n"),
        ("{{'}'}}{{{'a':{}}}}", '}{"a":{}}'),
    ],
)
def test_templates(text: str, rendered: str) -> None:
    assert render(text, CONTEXT) == rendered


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2]", "[1, 2]"),
        ("{{ items }}", ["a", "b", "c"]),
        ("  {{ items }}\n", ["a", "b", "c"]),
        ('["{{ flow.id }}", "b"]', ["daily", "b"]),
        ("{{ '[\"a\"]' }}", ["a"]),
        ("[{{ inputs.n }}]", [7]),
        ("{{ inputs.n }}", 7),
        ("{{ inputs.n }} ", 7),
        ("x{{ inputs.n }}", "x7"),
    ],
)
def test_a_text_that_is_one_expression_keeps_its_value(text: str, value: Any) -> None:
    assert evaluate_text(text, CONTEXT) == value


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("{{ nope }}", "'nope' is not defined", 4),
        ("{{ flow.id ~ inputs.nope }}", "inputs has no 'nope'", 20),
        ("{{ outputs.task.vars.y.z }}", "outputs.task.vars has no 'y'", 21),
        ("{{ inputs.none.x }}", "inputs.none is null and has no 'x'", 15),
        ("{{ items[9] }}", "items has no item 9: it has 3", 9),
        ("{{ flow.id.x }}", "flow.id is text and has no 'x'", 11),
        ("{{ 1 / 0 }}", "cannot divide by zero", 6),
        ("{{ 'a' - 1 }}", "cannot calculate text - a number", 8),
        ("{{ 'a' < 1 }}", "cannot compare text with a number", 8),
        ("{{ 'a' | nope }}", "unknown filter 'nope'", 10),
        ("{{ nope('a') }}", "unknown function 'nope'", 4),
        ("{{ 1 is nope }}", "unknown test 'nope'", 9),
        ("{{ 'a' | upper(1) }}", "filter 'upper' takes ()", 10),
        ("{{ 'a' | replace }}", "filter 'replace' takes (replace_pairs, regexp?)", 10),
        ("{{ now(nope=1) }}", "takes (format?, timeZone?, existingFormat?, locale?)", 4),
        ("{{ read('x') }}", "function 'read' is not available", 4),
        ("{{ 'a' | regexReplace('(a+)+', 'b') }}", "regular expressions are not run", 10),
        ("{{ }}", "the expression is empty", 4),
        ("{{ a b }}", "unexpected 'b'", 6),
        ("{{ a ? b }}", "expected ':', found the end", 10),
        ("{{ (a }}", "'(' is never closed", 4),
        ("{{ a ) }}", "')' closes nothing", 6),
        ("{{ [1, }}", "'[' is never closed", 4),
        ("{{ 'a }}", "the text is never closed", 4),
        ("a {{ b", "'{{' is never closed", 3),
        ("{{ a = 1 }}", "unexpected '='", 6),
        ("{{ a ** 2 }}", "unexpected '*'", 7),
        ("{{ $a }}", "unexpected character '$'", 4),
        ('{{ "#{a}" }}', "not supported; use ~", 4),
        ("{{ 'a' 'b' }}", "unexpected 'b'", 8),
        ("{{ a 'or' b }}", "unexpected 'or'", 6),
        ("{{ a, b }}", "unexpected ','", 5),
        ("{{ (a, b) }}", "expected ')', found ','", 6),
        ("{{ () }}", "unexpected ')'", 5),
        ("{{ a[] }}", "not part of the language", 5),
        ("{{ a[1:2] }}", "expected ',', found ':'", 7),
        ("{{ max(*a) }}", "arguments are given one by one", 9),
        ("{{ max(1)(2) }}", "only functions can be called", 10),
        ("{{ a.b() }}", "'b' cannot be called", 5),
        ("{{ a | b.c }}", "unknown filter 'b.c'", 8),
        ("{{ a if b }}", "expected 'else', found the end", 11),
        ("{{ or }}", "unexpected 'or'", 4),
        ("{{ 1 + }}", "unexpected the end", 8),
        ("{{ 1e999 }}", "unexpected 'e999'", 5),
        ("{{ " + "9" * 41 + " }}", "too many digits", 4),
        ("{{ ² }}", "unexpected character '²'", 4),
        ("{{ " + "(" * 61, "nested too deeply", 64),
        ("{{ a" + "~ a" * 60 + " }}", "nested too deeply", 4),
        ("x  {{- 1 }}{{ nope }}", "'nope' is not defined", 15),
        ("x {% if a %}", "statements ({% … %}) are not allowed", 3),
        ("x {# a #}", "comments ({# … #}) are not allowed", 3),
    ],
)
def test_errors_name_what_is_wrong_and_where(text: str, message: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(text, CONTEXT)
    assert message in caught.value.message
    assert caught.value.position == position
    assert f"(at character {position})" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\r\n{{ nope }}", "line 2, column 4"),
        ("a\nb {{ flow.id }}\n  {{ 'x'\n | nope }}", "line 4, column 4"),
        ("{{ nope }}\n", "character 4"),
    ],
)
def test_errors_in_several_lines_name_line_and_column(text: str, place: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(text, CONTEXT)
    assert str(caught.value).endswith(f"(at {place})")


def test_missing_names_are_only_missing_when_evaluated() -> None:
    check_template("{{ nope.nope | upper }}")
    with pytest.raises(Missing):
        render("{{ nope.nope | upper }}", CONTEXT)


def test_what_can_only_fail_is_refused_before_any_run() -> None:
    for text in ("{{ 'a' * 9 }}", "{{ 1 / 0 }}", "{{ range(0, 999999) }}", "{{ 'x' | date }}"):
        with pytest.raises(ExpressionError):
            check_template(text)


def test_the_purse_is_shared_by_the_runs_of_an_execution() -> None:
    names = Names({"list": list(range(5_000))}, purse=Purse(20_000))
    for _ in range(3):
        assert evaluate_text("{{ list | sort | first }}", Names({"list": [2, 1]})) == 1
    with pytest.raises(TooMuchWork):
        for _ in range(10):
            render("{{ list | reverse | first }}", names)
    assert names.purse is not None
    assert names.purse.units <= 0


def test_functions_see_what_the_caller_lends() -> None:
    asked: list[dict[str, Any]] = []

    def assets(**filters: Any) -> list[dict[str, Any]]:
        asked.append(filters)
        return [{"id": "a", "metadata": {"k": 1}}]

    functions = Functions(assets=assets, kv=lambda key, namespace: {"region": "eu"}[key])
    text = "{{ assets(type='T', metadata={'k': 1}) | jq('.[].id') }} {{ kv('region') }}"
    assert render(text, CONTEXT, functions) == '["a"] eu'
    assert asked == [{"type": "T", "metadata": {"k": 1}}]
