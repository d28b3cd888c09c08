"""What a trigger declares is registered with the execution that it started (K1.1).

Kestra's schema has `assets` on triggers and its documentation does not say what becomes of it.
Here: where an execution's posted `trigger.id` names a trigger of the flow's revision, that
trigger's declaration renders once, with the execution's names and the trigger's variables, as a
run of its own that succeeded when the execution started. What becomes of the execution does not
matter: the trigger has fired. It is no task run to clients of the API, who find its assets under
`trigger`.
"""

from lineage.dsl import Trigger
from lineage.kestra.posted import PostedState, PostedTaskRun
from lineage.recording.order import Delivery, stamp_of


def trigger_run_id(trigger_id: str) -> str:
    """What stands for a task run's id."""
    return f"trigger:{trigger_id}"


def add_trigger_run(delivery: Delivery) -> None:
    """Give the delivery its trigger's run, when its trigger declares anything."""
    trigger = declaring_trigger(delivery)
    if trigger is None or trigger_run_id(trigger.id) in delivery.task_runs:
        return
    posted = delivery.execution
    started = posted.state.started_at
    state = PostedState("SUCCESS", started, started, [], posted.state.started)
    run = PostedTaskRun(
        id=trigger_run_id(trigger.id),
        task_id=trigger.id,
        value="",
        iteration=None,
        parent_id="",
        state=state,
        attempts=[],
        outputs={},
        emitted={},
        error="",
        digest="",
        raw={},
        is_trigger=True,
    )
    delivery.task_runs[run.id] = (stamp_of(run), run, posted)


def declaring_trigger(delivery: Delivery) -> Trigger | None:
    _, posted = delivery.fields.get("trigger", ([], {}))
    trigger_id = posted.get("id")
    if delivery.declares is None or not isinstance(trigger_id, str):
        return None
    trigger = delivery.declares.trigger(trigger_id)
    return trigger if trigger and trigger.declaration else None
