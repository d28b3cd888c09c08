"""Hostile YAML and expressions, posted: refused with the reason, in time; nothing is stored."""

import json
from typing import Any

import pytest

from catalog.models import Asset
from tests.catalog.reading.test_yaml_text import REFUSED
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.dsl.test_hostile import BOMBS, ESCAPES
from tests.lineage.hostile import HEAD, YAML, Attacker, declaring, leaks, refused, rows
from tests.lineage.worlds import posted, task_run

# What the names in the attacks of tests/lineage/dsl stand for, where they stand for anything.
INPUTS = {
    "small": ["a", "b"],
    "text": "é b" * 5_000,
    "list": list(range(5_000)),
    "objects": [{"id": f"a{n}", "n": n % 7} for n in range(2_000)],
    "map": {f"k{n}": {"id": n} for n in range(500)},
    "huge": "ab" * 500_000,
    "number": 10**299,
    "self": "{{ render(inputs.self) ~ render(inputs.self) }}",
}
# Refused before any run: the source alone tells.
VISIBLE = [
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ inputs.text | attr('__class__') }}",
    "{{ 'a' * 100000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ range(0, 1000000000) }}",
    "{{ inputs.small | jq('" + " | ".join(["(., .)"] * 30) + "') }}",
    "{{ inputs.small | jq('$__loc__') }}",
    "{{ inputs.small | jq('input_filename') }}",
    "{{ inputs.small | jq('include \"a\"; .') }}",
    "{{ inputs.small | jq('def f: f; f') }}",
    "{{ inputs.small | jq('recurse(.)') }}",
    "{{ inputs.small | jq('[limit(9; repeat(1))]') }}",
    "{{ inputs.small | jq('until(false; .)') }}",
    "{{ inputs.small | jq('while(true; .)') }}",
    "{{ inputs.small | jq('[range(1000000000)]') }}",
    "{{ inputs.small | jq('getpath([\"a\"])') }}",
    "{{ inputs.small | jq('@base64d | @base64d') }}",
    "{{ inputs.small | jq('ltrimstr($ENV.HOME)') }}",
    "{{ inputs.small | jq('env.PATH') }}",
    "{{ inputs.small | jq('inputs') }}",
    "{{ inputs.small | jq('debug') }}",
    "{{ inputs.small | jq('test(\"(a+)+$\")') }}",
    "{{ inputs.small | jq('.[] as $x | $x') }}",
    "{{ inputs.small | jq('reduce .[] as $x (0; . + 1)') }}",
    "{{ inputs.small | jq('\"\\(env)\"') }}",
    "{{ inputs.small | jq('" + "[" * 900 + "]" * 900 + "') }}",
    "{{ inputs.text | split('(a+)+$') }}",
    "{{ inputs.text | replace({'a': 'b'}, regexp=true) }}",
    "{{ inputs.text | regexMatch('(a+)+$') }}",
    "{{ inputs.text | regexReplace('(a|aa)+$', '') }}",
    "{{ inputs['__class__'] }}",
    "{{ fileExists('/etc/passwd') }}",
    "{{ read('/proc/self/environ') }}",
    "{{ http('http://169.254.169.254/') }}",
]
# Fail for what they find, which only a run can tell: recorded there as errors of the asset.
DATA = [
    "{{ inputs.huge }}",
    "{{ inputs.huge ~ inputs.huge }}",
    "{{ inputs.huge | upper | reverse }}",
    "{{ inputs.small * 100000000 }}",
    "{{ inputs.number * inputs.number }}",
    "{{ inputs.text ~ inputs.text ~ inputs.text ~ inputs.text ~ inputs.text }}",
    "{{ inputs.list | join(inputs.text) }}",
    "{{ inputs.text | replace({'b': inputs.text}) }}",
    "{{ inputs.objects | jq('[.[] | tojson | fromjson]') | jq('group_by(.n)') }}",
    "{{ inputs.objects | jq('" + " | ".join(["(., .)"] * 6) + "') }}",
    "{{ [" + ",".join(["(inputs.list | sort | join)"] * 90) + "] | length }}",
    "{{ render(inputs.self) }}",
    "{{ render('{% raw %}') }}",
    "{{ read(inputs.text) }}",
    "{{ http(inputs.text) }}",
    "{{ envs.SECRET_KEY }}",
    "{{ envs['DATABASE_URL'] }}",
    "{{ globals.settings }}",
    "{{ self }}",
    "{{ request.environ }}",
    "{{ config.SECRET_KEY }}",
    "{{ settings }}",
    "{{ '%s' % flow }}",
    "{{ now() | date(timeZone='../../etc/passwd') }}",
]
ENVELOPES: dict[str, tuple[bytes, str, dict[str, str], int]] = {
    "latin-1": (f"{HEAD}description: é".encode("latin-1"), YAML, {}, 400),
    "utf-16": (HEAD.encode("utf-16"), YAML, {}, 400),
    "utf-32": (HEAD.encode("utf-32"), YAML, {}, 400),
    "utf-16 that says so": (HEAD.encode("utf-16"), f"{YAML}; charset=utf-16", {}, 415),
    "another charset": (HEAD.encode(), f"{YAML}; charset=cp037", {}, 415),
    "json": (b'{"id": "daily"}', "application/json", {}, 415),
    "form": (HEAD.encode(), "application/x-www-form-urlencoded", {}, 415),
    "brotli": (HEAD.encode(), YAML, {"Content-Encoding": "br"}, 415),
    "no gzip": (HEAD.encode(), YAML, {"Content-Encoding": "gzip"}, 400),
    "> 1 MiB": (HEAD.encode() + b"#" * 1_048_576, YAML, {}, 413),
    "empty": (b"", YAML, {}, 422),
}
FIELDS: dict[str, dict[str, Any]] = {
    "id with a quote": {"id": "a'b"},
    "id with markup": {"id": "a<script>"},
    "id with a newline": {"id": "a\nb"},
    "id with bidi": {"id": "a\u202eb"},
    "id with zero width": {"id": "a\u200bb"},
    "id with an invisible letter": {"id": "a\u3164b"},
    "id too long": {"id": "a" * 501},
    "type with markup": {"type": "<b>"},
    "type with a quote": {"type": 'T"'},
    "type with a newline": {"type": "T\nU"},
    "type with bidi": {"type": "T\u2066U"},
    "type with zero width": {"type": "T\ufeff"},
    "type too long": {"type": "T" * 251},
    "namespace with markup": {"namespace": "a<b"},
    "name too long": {"displayName": "x" * 501},
    "description too long": {"description": "x" * 65_537},
    "deep metadata": {"metadata": {"a": json.loads("[" * 33 + "]" * 33)}},
    "large metadata": {"metadata": {"a": "x" * 65_537}},
    "NUL in metadata": {"metadata": {"a": "b\x00"}},
    "metadata that is no map": {"metadata": [1]},
}


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    make_asset(cast.other, "their_asset", "their.space")
    return Attacker(cast)


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_yaml(attacker: Attacker, case: str) -> None:
    before, source = rows(), REFUSED[case][0]
    body = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    refused(attacker.post_flow(body))
    refused(attacker.put_flow(body))
    assert rows() == before


@pytest.mark.parametrize("case", ENVELOPES)
def test_hostile_envelopes(attacker: Attacker, case: str) -> None:
    before, (body, kind, headers, status) = rows(), ENVELOPES[case]
    refused(attacker.post_flow(body, kind, **headers), status)
    assert rows() == before


@pytest.mark.parametrize("case", FIELDS)
def test_hostile_declared_assets(attacker: Attacker, case: str) -> None:
    before = rows()
    problem = refused(attacker.post_flow(declaring(**FIELDS[case])), 422)
    [field] = FIELDS[case]
    assert problem["errors"][0]["field"].startswith(f"tasks[0].assets.outputs[0].{field}")
    assert problem["errors"][0]["line"] == 7
    assert rows() == before


@pytest.mark.parametrize("template", VISIBLE, ids=lambda template: template[:50])
def test_what_is_visibly_hostile_does_not_register(attacker: Attacker, template: str) -> None:
    before = rows()
    problem = refused(attacker.post_flow(declaring(description=template)), 422)
    assert problem["errors"][0]["field"] == "tasks[0].assets.outputs[0].description"
    assert rows() == before


@pytest.mark.parametrize("template", ESCAPES + BOMBS, ids=lambda template: template[:50])
def test_every_known_attack_is_refused_or_comes_to_nothing(
    attacker: Attacker, template: str
) -> None:
    before = rows()["catalog_asset"]
    registered = attacker.post_flow(declaring(id=f"x{template}"))
    if registered.status_code != 200:
        refused(registered, 422)
        return
    answer = attacker.post_execution(posted("e1", runs=[task_run("t1")], inputs=INPUTS))
    assert answer.json()["taskRunList"][0]["assetErrors"]
    assert not leaks(answer)
    assert rows()["catalog_asset"] == before


@pytest.mark.parametrize("template", DATA, ids=lambda template: template[:50])
def test_what_fails_for_its_data_is_an_error_of_its_asset(
    attacker: Attacker, template: str
) -> None:
    """The execution goes in, the asset does not, and the error tells nothing of the server."""
    assert attacker.post_flow(declaring(id=f"x{template}")).status_code == 200
    before = rows()
    body = posted("e1", runs=[task_run("t1")], inputs=INPUTS)
    answer = attacker.post_execution(body)
    assert answer.status_code == 200, answer.content[:300]
    [run] = answer.json()["taskRunList"]
    assert [error["field"] for error in run["assetErrors"]] == ["outputs[0].id"]
    assert not leaks(answer)
    assert rows()["catalog_asset"] == before["catalog_asset"]


@pytest.mark.parametrize("asked", ["id='their_asset'", "namespace='their.space'", "type='Table'"])
def test_another_tenants_assets_are_not_looked_up(attacker: Attacker, asked: str) -> None:
    make_asset(attacker.cast.main, "ours", type="Table")
    looked_up = "{{ assets(" + asked + ") | jq('.[].id') | join('+') }}"
    assert attacker.post_flow(declaring(id=f"x-{looked_up}")).status_code == 200
    answer = attacker.post_execution(posted("e1", runs=[task_run("t1")]))
    assert not leaks(answer)
    found = Asset.objects.unscoped("test").filter(public_id__startswith="x-")
    assert [asset.public_id for asset in found] == ["x-ours" if "Table" in asked else "x-"]


def test_a_flow_of_greedy_templates_is_bounded_as_a_whole(attacker: Attacker) -> None:
    template = "{{ [" + ",".join(["(inputs.list | sort | length)"] * 5) + "] | join }}"
    outputs = [{"id": f"a{n}", "type": "T", "description": template} for n in range(400)]
    assert attacker.post_flow(f"{HEAD}  assets:\n    outputs: {json.dumps(outputs)}\n")
    runs = [task_run(f"t{n}") for n in range(5)]
    answer = attacker.post_execution(posted("e1", runs=runs, inputs=INPUTS))
    assert answer.status_code == 200
    assert "too much work" in answer.content.decode()
