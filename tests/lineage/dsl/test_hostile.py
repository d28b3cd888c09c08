"""Attacks on the language: each is refused, says why, and costs little."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dsl import (
    ExpressionError,
    InvalidFlow,
    evaluate_text,
    execution_context,
    parse_asset,
    parse_bundles,
    parse_flow,
    parse_log_line,
    render,
)
from lineage.dsl.expressions.filters import FILTERS
from lineage.dsl.expressions.jq.functions import FUNCTIONS as JQ_FUNCTIONS

# Measured worst: 39 ms on two slow, busy cores. The tests leave room for slower ones.
SECONDS = 3.0  # of a bomb that is not bounded there would be hours


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


HUGE: dict[str, Any] = {
    "list": list(range(50_000)),
    "objects": [{"id": f"a{n}", "n": n % 7, "tags": ["x", "y"]} for n in range(10_000)],
    "texts": ["a" * 300 + str(n) for n in range(5_000)],
    "text": "é b" * 20_000,
    "ascii": "a" * 65_000,
    "huge": "ab" * 5_000_000,
    "json": "[" + ",".join(["{}"] * 50_000) + "]",
    "deep": nested(2_000),
    "number": 10**4_000,
    "map": {f"k{n}": {"id": n} for n in range(3_000)},
    "self": "{{ render(self) ~ render(self) }}",
    "small": ["a", "b"],
    "template": "{{ [" + ",".join(["a ?? 1"] * 240) + "] }}",
}

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ small.__class__ }}",
    "{{ small['__class__'] }}",
    "{{ text['__class__'] }}",
    "{{ small.append('x') }}",
    "{{ map.pop('k1') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{a.__class__}'.format_map(map) }}",
    "{{ '%s' % small }}",
    "{{ 'x' | attr('__class__') }}",
    "{{ small | map('upper') }}",
    "{{ cycler.__init__ }}",
    "{{ lipsum() }}",
    "{{ namespace() }}",
    "{{ self }}{{ joiner }}",
    "{{ request }}",
    "{{ config }}",
    "{{ dict(a=1) }}",
    "{{ range.__globals__ }}",
    "{{ caller() }}",
    "{{ small is sameas(small) }}",
    "{{ small[::-1] }}",
    "{{ max(*small) }}",
    "{{ max(**map) }}",
    "{% raw %}{{ small }}{% endraw %}",
    "{%- if 1 -%}",
    "{#- comment -#}",
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "{% set x = 1 %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{# comment #}",
    "{{ render('{% raw %}') }}",
    "{{ render('{{ nope }}') }}",
    "{{ envs.DATABASE_URL }}",
    "{{ read('/etc/passwd') }}",
    "{{ http('http://169.254.169.254/') }}",
    "{{ printContext() }}",
    "{{ encrypt('k', 'v') }}",
    "{{ small | jq('env') }}",
    "{{ small | jq('$ENV') }}",
    "{{ small | jq('input') }}",
    "{{ small | jq('import \"a\" as a; .') }}",
    "{{ now() | date(timeZone='../../etc/passwd') }}",
]

BOMBS = [
    "{{ 'a' * 100000000 }}",
    "{{ small * 100000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ number * number }}",
    "{{ 9999999999999 * 9999999999999 }}",
    "{{ 99999999999999999999999999999999999999999 }}",
    "{{ 1 << 99999 }}",
    "{{ range(0, 1000000000) }}",
    "{{ 0..1000000000 }}",
    "{{ render(self) }}",
    "{{ deep }}",
    "{{ deep == deep }}",
    "{{ deep | jq('flatten') }}",
    "{{ huge }}",
    "{{ huge ~ huge }}",
    "{{ huge | reverse | first }}",
    "{{ huge | upper }}",
    "{{ huge | split('') }}",
    "{{ huge | jq('.') }}",
    "".join(["{{ ascii }}"] * 200),
    "{{ ascii ~ ascii }}",
    "{{ ascii | replace({'a': ascii}) }}",
    "{{ ascii | replace({'a': 'aa'}) | replace({'a': 'aa'}) }}",
    "{{ 'a' | indent(1000000) }}",
    "{{ 'a\nb' | nindent(70000) }}",
    "{{ list | join(ascii) }}",
    "{{ fromJson(json) }}",
    "{{ objects | jq('[.[] | tojson | fromjson]') | jq('[.[] | tojson | fromjson]') }}",
    "{{ objects | jq('group_by(.n) | map(sort_by(.id))') }}",
    "{{ small | jq('" + " | ".join(["(., .)"] * 30) + "') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regexMatch('(a+)+$') }}",
    "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | split('(a+)+$') }}",
    "{{ 'aaaa' | replace({'(a+)+$': 'b'}, regexp=true) }}",
    "{{ '1' | date(existingFormat='" + "d" * 150 + "') }}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ " + "[" * 500 + "]" * 500 + " }}",
    "{{ " + "not " * 1_500 + "1 }}",
    "{{ " + "-" * 1_500 + "1 }}",
    "{{ small" + ".a" * 900 + " }}",
    "{{ small" + " | first" * 500 + " }}",
    "{{ 1" + " ? 1 : 1" * 400 + " }}",
    "{{ small ~ " + "small ~ " * 200 + "'' }}",
    "{{ " + "a " * 3_000 + "}}",
    "{{ '" + "x" * 70_000 + "' }}",
    "{{ [" + ",".join(["huge == huge ~ ''"] * 300) + "] }}",
    "{{ [" + ",".join(f"render(template ~ {n})" for n in range(60)) + "] }}",
    "{{ " + "[" * 55 + "fromJson('[" + "1," * 13_000 + "1]')" + "]" * 55 + " }}",
    "\n" * 30_000 + "{{ [" + ",".join(["a|upper"] * 240) + "] }}",
    "{{ " + "1_" * 15_000 + "1 }}",
    "{{ 1." + "1" * 30_000 + " }}",
    "{{ " + "f(" * 200 + " }}",
    "{{ " + "max(1, -" * 40 + "1" + ")" * 40 + " }}",
    "{{ '" + "\\'" * 15_000 + " }}",
    "{% " + " " * 32_000,
    "{{ a " * 400,
]  # fmt: skip


def attempt(template: str) -> str | None:
    """The error of a template; fails when it takes too long or raises anything else."""
    started = time.process_time()
    try:
        render(template, HUGE)
        message = None
    except ExpressionError as error:
        message = str(error)
    assert time.process_time() - started < SECONDS, template[:80]
    return message


@pytest.mark.parametrize("template", ESCAPES)
def test_there_is_no_way_out(template: str) -> None:
    assert attempt(template)


@pytest.mark.parametrize("template", BOMBS, ids=lambda template: template[:40])
def test_bombs_run_out_of_work(template: str) -> None:
    assert attempt(template)


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__ }}", "{{ 'a' * 99999999 }}", "{{ range(0, 999999999) }}",
                 "{% if 1 %}", "{{ x | nope }}", "{{ a.b() }}"]
)  # fmt: skip
def test_hostile_declarations_do_not_register(template: str) -> None:
    head = "id: f\nnamespace: a\ntasks:\n- id: t\n  type: x\n  assets:\n"
    with pytest.raises(InvalidFlow) as caught:
        parse_flow(f"{head}    inputs: [{json.dumps(template)}]")
    assert [problem.path for problem in caught.value.problems] == ["tasks[0].assets.inputs[0]"]


def repeated() -> Iterator[str]:
    arguments = {
        "join": "','", "split": "''", "replace": "{'a': 'bb', 'é': 'e'}", "abbreviate": "1000",
        "chunk": "1", "slice": "1", "merge": "list", "jq": "'.'", "default": "1",
        "date": "existingFormat='yyyy-MM-dd'", "dateAdd": "1, 'DAYS'", "escapeChar": "'single'",
        "indent": "2", "nindent": "2", "startsWith": "'a'", "endsWith": "'a'",
        "substringBefore": "'z'", "substringAfter": "'z'", "substringBeforeLast": "'z'",
        "substringAfterLast": "'z'",
    }  # fmt: skip
    for name in FILTERS:
        call = f"{name}({arguments[name]})" if name in arguments else name
        for subject in ("text", "objects"):
            one = f"({subject} | {call})"
            yield "{{ [" + ",".join([one] * 150) + "] | length }}"
    filters = dict.fromkeys(("join", "split", "ltrimstr", "rtrimstr"), '","')
    filters |= dict.fromkeys(("index", "has", "contains", "startswith", "endswith"), '"k1"')
    for name, count in JQ_FUNCTIONS:
        call = f"{name}({filters.get(name, '.')})" if count else name
        for subject in ("objects", "map"):
            calls = ", ".join([call] * 30)
            yield f"{{{{ {subject} | jq('[{calls}] | length') | first }}}}"
            yield "{{ [" + ", ".join([f"({subject} | jq('{call}'))"] * 60) + "] | length }}"
    for operator in ("==", "<", "+", "~", "contains", "in"):
        for left in ("huge", "texts", "objects", "deep"):
            for right in ("text", "objects", "map", "number"):
                one = f"({left} {operator} {right})"
                yield "{{ [" + ",".join([one] * 200) + "] | length }}"


@pytest.mark.slow
def test_whatever_is_repeated_is_paid_for() -> None:
    for template in repeated():
        attempt(template)


words = st.sampled_from(
    ["{{", "}}", "{%", "{#", "a", "small", "map", "huge", ".", "[", "]", "(", ")", "{", "}", ":",
     ",", "|", "~", "+", "-", "*", "/", "%", "?", "??", "???", "==", "<", "not ", " and ", " or ",
     " is ", " in ", " contains ", "null", "true", "1", "2.5", "'x'", '"y"', "'", "\\", "empty",
     "defined", "first", "upper", "jq", "('.[]')", "default", "(1)", "date", "now()", "range(0,3)",
     "render(self)", "fromJson(json)", " if ", " else ", "..", "=", "__class__", "é", "\x00"]
)  # fmt: skip
templates = st.one_of(
    st.text(max_size=60),
    st.lists(words, max_size=25).map("".join),
    st.lists(words, max_size=20).map(lambda parts: "{{ " + " ".join(parts) + " }}"),
)


@given(templates)
def test_no_template_does_anything_but_fail(template: str) -> None:
    attempt(template)
    try:
        evaluate_text(template, HUGE)
    except ExpressionError:
        return


names = st.sampled_from(
    ["id", "namespace", "tasks", "type", "assets", "inputs", "outputs", "metadata", "labels",
     "triggers", "errors", "cases", "disabled", "variables", "enableAuto", "task", "then", "key",
     "value", "values", "assetFailureBehavior", "<<"]
)  # fmt: skip
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["a", "company.team", "{{ x }}", "{{", "{% x %}", "T", "\ud800", "\x00"])
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=25,
)


def as_yaml(tree: Any) -> str:
    """Flow style by hand, so that no dumper makes it any better than it is."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(as_yaml(item) for item in tree) + "]"
    return repr(tree)


@given(trees)
def test_no_tree_makes_parse_flow_raise_anything_else(tree: Any) -> None:
    try:
        flow = parse_flow(as_yaml(tree))
    except InvalidFlow as error:
        assert error.problems
        assert all(problem.line >= 1 for problem in error.problems)
    else:
        flow.declared_assets()


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_makes_parse_flow_raise_anything_else(source: str | bytes) -> None:
    with pytest.raises(InvalidFlow):
        parse_flow(source)


@given(trees)
def test_no_posted_value_raises(tree: Any) -> None:
    asset, problems = parse_asset(tree)
    assert (asset is None) == bool(problems)
    parse_bundles(tree, "assets")
    if isinstance(tree, dict):
        context = execution_context(None, tree)
        context.for_task_run(tree)
        context.for_execution()


@given(st.text(max_size=40))
def test_no_log_line_raises(text: str) -> None:
    for line in (text, f'::{{"assets":{text}}}::', f'::{{"assets":{{"inputs":[{text}]}}}}::'):
        parse_log_line(line)
