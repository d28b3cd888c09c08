"""A flow's inputs: options under the caller's permissions, the form, and the JSON to copy."""

import json
from html import unescape
from typing import Any

from lineage.registering import register_flow
from tests.conftest import Cast
from tests.factories import make_asset

BUCKETS = """
id: list_aws_bucket
namespace: company.data
inputs:
  - id: assets
    type: MULTISELECT
    expression: "{{ assets(type='AWS_BUCKET') | jq('.[].id') }}"
tasks: [{id: log, type: T, message: "{{ inputs.assets }}"}]
"""
FORM = """
id: load
namespace: company.data
variables: {region: eu}
inputs:
  - {id: count, type: INT, defaults: 5, displayName: How many, description: "At <most> 9"}
  - {id: name, type: STRING, defaults: "{{ vars.region }}_{{ inputs.count }}", required: false}
  - {id: color, type: SELECT, values: [red, green], defaults: green}
  - {id: shade, type: SELECT, expression: "{{ [inputs.color ~ '_light'] }}",
     dependsOn: {inputs: [color]}}
  - {id: token, type: SECRET, defaults: hunter2}
  - {id: fine, type: BOOLEAN, defaults: true}
  - {id: broken, type: SELECT, expression: "{{ inputs.color.x }}"}
  - {id: shapes, type: MULTISELECT, options: [a, 1, true]}
tasks: [{id: log, type: T}]
"""


def inputs(cast: Cast, flow: str, who: str = "admin", **filled: str) -> dict[str, dict[str, Any]]:
    query = {f"input.{name}": value for name, value in filled.items()}
    answer = cast.api(who).get(f"/api/v1/main/flows/company.data/{flow}/inputs", query)
    assert answer.status_code == 200, answer.json()
    return {one["id"]: one for one in answer.json()["inputs"]}


def buckets(cast: Cast) -> None:
    register_flow(cast.access("ingest"), BUCKETS)
    make_asset(cast.main, "logs", type="AWS_BUCKET")
    make_asset(cast.main, "books", "company.finance", type="AWS_BUCKET")
    make_asset(cast.main, "table")
    make_asset(cast.other, "theirs", type="AWS_BUCKET")


def test_a_dynamic_input_lists_the_buckets_that_its_caller_may_see(cast: Cast) -> None:
    buckets(cast)
    assert inputs(cast, "list_aws_bucket")["assets"]["options"] == ["books", "logs"]
    assert inputs(cast, "list_aws_bucket", "viewer")["assets"]["options"] == ["logs"]


def test_the_flow_page_offers_the_same(cast: Cast) -> None:
    buckets(cast)
    url = "/main/flows/company.data/list_aws_bucket"
    assert "<option>books</option>" in cast.browser("admin").get(url).content.decode()
    seen = cast.browser("viewer").get(url).content.decode()
    assert "<option>logs</option>" in seen
    assert "books" not in seen


def test_every_kind_of_input(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FORM)
    found = inputs(cast, "load")
    assert list(found) == [
        "count", "name", "color", "shade", "token", "fine", "broken", "shapes",
    ]  # fmt: skip
    assert (found["count"]["defaults"], found["count"]["options"]) == (5, None)
    assert (found["name"]["defaults"], found["name"]["required"]) == ("eu_5", False)
    assert found["color"]["options"] == ["red", "green"]
    assert (found["shade"]["options"], found["shade"]["dependsOn"]) == (["green_light"], ["color"])
    assert found["token"]["defaults"] == "******"
    assert found["shapes"]["options"] == ["a", "1", "true"]


def test_an_expression_that_fails_is_told_beside_its_field(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FORM)
    broken = inputs(cast, "load")["broken"]
    assert broken["options"] == []
    assert "inputs.color is text" in broken["error"]


def test_what_is_filled_in_counts_for_what_depends_on_it(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FORM)
    assert inputs(cast, "load", color="red")["shade"]["options"] == ["red_light"]


def test_an_unregistered_flow_has_no_inputs_and_a_hidden_one_is_not_there(cast: Cast) -> None:
    buckets(cast)
    register_flow(cast.access("ingest"), BUCKETS.replace("company.data", "company.finance"))
    hidden = "/api/v1/main/flows/company.finance/list_aws_bucket/inputs"
    assert cast.api("viewer").get(hidden).status_code == 404


def test_the_form_and_its_json(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FORM)
    page = cast.browser("admin").get("/main/flows/company.data/load").content.decode()
    assert "At &lt;most&gt; 9" in page
    assert "hunter2" not in page.split("<h2>Source</h2>")[0]
    assert "<option selected>green</option>" in page
    assert json_of(page) == {
        "count": 5,
        "name": "eu_5",
        "color": "green",
        "token": "******",
        "fine": True,
    }


def test_filling_in_changes_the_json_alone(cast: Cast) -> None:
    register_flow(cast.access("ingest"), FORM)
    query = {"input.count": "7", "input.name": "", "input.shapes": ["a", "1"], "input.fine": "no"}
    headers = {"HX-Request": "true", "HX-Target": "inputs-text"}
    url = "/main/flows/company.data/load"
    answer = cast.browser("admin").get(url, query, headers=headers).content.decode()
    assert answer.lstrip().startswith('<div class="code" id="inputs-text">')
    values = json_of(answer)
    assert (values["count"], values["name"], values["shapes"]) == (7, "eu_7", ["a", "1"])
    assert values["fine"] == "no"


def json_of(page: str) -> dict[str, Any]:
    text = page.split('aria-label="Inputs as JSON">')[1].split("</pre>")[0]
    return json.loads(unescape(text))
