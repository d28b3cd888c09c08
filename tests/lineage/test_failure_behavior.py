"""What a declaration that cannot be used does to the state that is shown (K1.11)."""

import pytest

from lineage.models import TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.lineage.worlds import posted, task_run

FLOW = """
id: daily
namespace: company.data
tasks:
  - id: build
    type: T
    {clamps}
    assets:
      assetFailureBehavior: "{behavior}"
      outputs:
        - {{id: "{{{{ outputs.gone.name }}}}", type: Table}}
        - {{id: kept, type: Table}}
"""


def run_of(cast: Cast, behavior: str, state: str = "SUCCESS", clamps: str = "") -> TaskRun:
    access = cast.access("ingest")
    register_flow(access, FLOW.format(behavior=behavior, clamps=clamps))
    record_executions(access, [posted("e1", state=state, runs=[task_run("t1", state=state)])])
    return TaskRun.objects.unscoped("test").get()


BOTH = "allowFailure: true\n    allowWarning: true"


@pytest.mark.parametrize(
    ("behavior", "clamps", "state", "shown"),
    [
        ("WARN", "", "SUCCESS", "WARNING"),
        ("WARN", "", "WARNING", "WARNING"),
        ("FAIL", "", "SUCCESS", "FAILED"),
        ("FAIL", "", "WARNING", "FAILED"),
        ("IGNORE", "", "SUCCESS", "SUCCESS"),
        ("FAIL", "", "KILLED", "KILLED"),
        ("WARN", "", "FAILED", "FAILED"),
        ("{{ 'fa' ~ 'il' }}", "", "SUCCESS", "FAILED"),
        ("FAIL", "allowFailure: true", "SUCCESS", "WARNING"),
        ("FAIL", "allowWarning: true", "SUCCESS", "FAILED"),
        ("WARN", "allowFailure: true", "SUCCESS", "WARNING"),
        ("WARN", "allowWarning: true", "SUCCESS", "SUCCESS"),
        ("FAIL", BOTH, "SUCCESS", "SUCCESS"),
        ("FAIL", BOTH, "FAILED", "FAILED"),
    ],
)
def test_k1_11_the_state_shown(
    cast: Cast, behavior: str, clamps: str, state: str, shown: str
) -> None:
    run = run_of(cast, behavior, state, clamps)
    assert (run.state, run.shown_state) == (state, shown)
    assert [error["field"] for error in run.asset_errors] == ["outputs[0].id"]


def test_k1_11_one_bad_asset_does_not_stop_the_others(cast: Cast) -> None:
    run = run_of(cast, "FAIL")
    assert list(run.usages.unscoped("test").values_list("asset__public_id", flat=True)) == ["kept"]


@pytest.mark.parametrize(
    ("behavior", "note"),
    [
        ("WARN", "assetFailureBehavior WARN: the state SUCCESS is shown as WARNING."),
        ("IGNORE", "assetFailureBehavior IGNORE: the state SUCCESS is not changed."),
    ],
)
def test_k1_11_the_api_and_the_page_say_what_happened(
    cast: Cast, behavior: str, note: str
) -> None:
    run_of(cast, behavior)
    shown = cast.api("admin").get("/api/v1/main/executions/e1").json()["taskRunList"][0]
    assert shown["assetNote"] == note
    assert shown["assetErrors"][0]["behavior"] == behavior
    assert "outputs has no 'gone'" in shown["assetErrors"][0]["message"]
    page = cast.browser("admin").get("/main/executions/e1").content.decode()
    assert note in page
