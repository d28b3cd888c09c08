"""Lineage from the SQL of tasks and triggers, where a flow or its tenant asks for it (K1.12).

Scripts are read in another process (`lineage.sql.process`): what cannot be understood in time is
noted on the task run, and changes its state by nothing. The answers are kept by the script's
digest, so `look_ahead` reads them before any row of an execution is locked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from accounts.access import Access
from lineage.dsl import ExecutionContext, Functions, Task, execution_context
from lineage.dsl.contexts import Names
from lineage.dsl.flows import IGNORE
from lineage.kestra.executions import PostedExecution
from lineage.lending import Lender
from lineage.masking import Masking, secret_inputs
from lineage.naming import rules_of
from lineage.recording.inferred import MOST_BUNDLES, Said, bundles_of
from lineage.recording.order import Delivery
from lineage.recording.reading_sql import SECONDS, Asked, read_scripts
from lineage.recording.rendered import RenderedRun
from lineage.recording.scripts import Script, Speaking, may_be_wanted, scripts_of
from lineage.recording.triggers import trigger_of
from lineage.sql import SqlProblem, infer_many

#: Notes on one script; the last one tells of further ones.
MOST_NOTES = 20


def scripts_for(
    task: Speaking, names: Mapping[str, Any], functions: Functions, masking: Masking
) -> list[Script]:
    """The scripts of a task as its run rendered them, without the secrets of the execution."""
    return [
        replace(script, text=masking.anywhere(script.text))
        for script in scripts_of(task, names, functions)
    ]


def look_ahead(deliveries: Iterable[Delivery], access: Access, lender: Lender) -> None:
    """Have the scripts of a request read before its executions are locked."""
    scripts = [script for one in deliveries for script in _foreseen(one, access, lender)]
    if scripts:
        infer_many([(script.whole, script.dialect) for script in scripts], SECONDS)


def _foreseen(delivery: Delivery, access: Access, lender: Lender) -> Iterator[Script]:
    """The scripts of a delivery, as far as it tells by itself what they are rendered with."""
    namespace = delivery.execution.namespace
    contexts: dict[int, ExecutionContext] = {}
    for task, raw, inside in _speaking(delivery, access):
        if id(inside) not in contexts:
            variables = lender.variables(namespace)
            contexts[id(inside)] = execution_context(delivery.declares, inside.raw, variables)
        names = names_for(task, raw, contexts[id(inside)])
        masking = Masking.of(inside.inputs, secret_inputs(delivery.declares))
        yield from scripts_for(task, names, lender.functions(namespace), masking)


def _speaking(
    delivery: Delivery, access: Access
) -> Iterator[tuple[Speaking, Mapping[str, Any], PostedExecution]]:
    """(task or trigger, its run as posted, the execution that came with it), where it may be that
    its SQL is read."""
    flow, trigger = delivery.declares, trigger_of(delivery)
    if trigger is not None and may_be_wanted(trigger, access):
        yield trigger, {}, delivery.execution
    if flow is None or not any(may_be_wanted(task, access) for task in flow.all_tasks()):
        return
    for _, posted, posted_in in delivery.task_runs.values():
        task = None if posted.is_trigger else flow.task(posted.task_id)
        if task is not None and posted.state.is_terminal and may_be_wanted(task, access):
            yield task, posted.raw, posted_in


def names_for(task: Speaking, raw: Mapping[str, Any], context: ExecutionContext) -> Names:
    """What the expressions of its SQL see."""
    return context.for_task_run(raw, task) if isinstance(task, Task) else context.for_execution()


def add_inferred(access: Access, runs: Sequence[RenderedRun]) -> None:
    """Complete the bundles of task runs by what their scripts say."""
    asked = [(run, script) for run in runs for script in run.scripts]
    if not asked:
        return
    rules = rules_of(access.tenant)
    scripts = [Asked(script.whole, script.dialect, Said.of(run.bundles)) for run, script in asked]
    answers = read_scripts(access, rules, scripts)
    for (run, script), answer in zip(asked, answers, strict=True):
        statements = [
            replace(statement, sql=statement.sql.removeprefix(script.before))
            for statement in answer.statements
        ]
        run.bundles, too_many = bundles_of(statements, Said.of(run.bundles), rules)
        _note(run, script, [_text(script, problem) for problem in answer.problems])
        if too_many:
            _note(run, script, [f"Links of more than {MOST_BUNDLES} statements: left out."])


def _note(run: RenderedRun, script: Script, notes: Sequence[str]) -> None:
    for note in notes[:MOST_NOTES]:
        run.fail(script.field, note, IGNORE)
    if len(notes) > MOST_NOTES:
        run.fail(script.field, f"… and {len(notes) - MOST_NOTES} more.", IGNORE)


def _text(script: Script, problem: SqlProblem) -> str:
    """With the column as it is in the flow."""
    if problem.line == 1:
        problem = replace(problem, column=max(1, problem.column - len(script.before)))
    return str(problem)
