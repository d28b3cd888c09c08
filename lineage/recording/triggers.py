"""What a trigger declares is registered with the execution that it started (K1.1).

Kestra's schema has `assets` on triggers and its documentation does not say what becomes of it.
Here: where an execution's posted `trigger.id` names a trigger of the flow's revision, that
trigger's declaration renders once, with the execution's names and the trigger's variables, as a
run of its own that succeeded when the execution started. What becomes of the execution does not
matter: the trigger has fired. The query that a trigger waits for is read likewise, where its
SQL is to be read (docs/sql-lineage.md). It is no task run to clients of the API, who find its
assets under `trigger`.
"""

from accounts.access import Access
from lineage.dsl import Trigger
from lineage.kestra.executions import PostedState, PostedTaskRun
from lineage.recording.order import Delivery, stamp_of
from lineage.recording.scripts import may_be_wanted


def trigger_run_id(trigger_id: str) -> str:
    """What stands for a task run's id."""
    return f"trigger:{trigger_id}"


def add_trigger_run(delivery: Delivery, access: Access) -> None:
    """Give the delivery its trigger's run, when its trigger says anything of assets."""
    trigger = trigger_of(delivery)
    if trigger is None or not (trigger.declaration or may_be_wanted(trigger, access)):
        return
    if trigger_run_id(trigger.id) in delivery.task_runs:
        return
    posted = delivery.execution
    started = posted.state.started_at
    state = PostedState("SUCCESS", started, started, [], posted.state.started)
    run = PostedTaskRun(
        id=trigger_run_id(trigger.id),
        task_id=trigger.id,
        state=state,
        is_trigger=True,
    )
    delivery.task_runs[run.id] = (stamp_of(run), run, posted)


def trigger_of(delivery: Delivery) -> Trigger | None:
    """The trigger of the flow's revision that has started the execution."""
    _, posted = delivery.fields.get("trigger", ([], {}))
    trigger_id = posted.get("id")
    if delivery.declares is None or not isinstance(trigger_id, str):
        return None
    return delivery.declares.trigger(trigger_id)
