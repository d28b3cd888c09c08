"""What a task run says about assets: its flow's declaration, rendered, and what it emitted."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.dsl import (
    AssetError,
    Bundle,
    ExecutionContext,
    Functions,
    Task,
    evaluate,
    execution_context,
    parse_bundles,
    parse_log_line,
)
from lineage.lending import Lender
from lineage.recording.flows import KnownFlow
from lineage.recording.order import Delivery
from lineage.recording.runs import RenderedRun, StoredExecution

#: More links than this in one bundle are a cartesian accident, not lineage.
MAX_LINKS = 100_000


def render_runs(
    delivery: Delivery, stored: StoredExecution, flow: KnownFlow, lender: Lender
) -> Iterator[RenderedRun]:
    """The task runs that are new or beat the stored ones, with their bundles.

    Only terminal runs register assets, and neither skipped ones nor unit tests (K1.6).
    """
    contexts: dict[int, ExecutionContext] = {}
    for stamp, posted, posted_in in delivery.task_runs.values():
        pk, held = stored.task_runs.get(posted.id, (0, []))
        if posted.id in delivery.again:
            stamp = held
        elif pk and stamp <= held:
            continue
        rendered = RenderedRun(stored, flow, posted_in, posted, stamp, replaces=pk)
        if registers(rendered):
            context = contexts.get(id(posted_in))
            if context is None:
                whole = delivery.context(posted_in) if stored.task_runs else posted_in.raw
                variables = lender.variables(flow.namespace)
                context = execution_context(delivery.declares, whole, variables)
                contexts[id(posted_in)] = context
            task = delivery.declares.task(posted.task_id) if delivery.declares else None
            render(rendered, task, context, lender.functions(flow.namespace))
        yield rendered


def registers(rendered: RenderedRun) -> bool:
    state = rendered.posted.state
    return (
        state.is_terminal
        and state.current != "SKIPPED"
        and rendered.posted_in.kind not in ("TEST", "PLAYGROUND")
    )


def render(
    rendered: RenderedRun, task: Task | None, context: ExecutionContext, functions: Functions
) -> None:
    """Fill in the bundles and the errors of one task run."""
    posted = rendered.posted
    errors: list[AssetError] = []
    enable_auto = task is None or task.declaration is None
    if task is not None and task.declaration is not None:
        evaluation = evaluate(task.declaration, context.for_task_run(posted.raw, task), functions)
        rendered.failure_behavior = evaluation.failure_behavior
        enable_auto = evaluation.enable_auto
        errors += evaluation.errors
        if evaluation.bundle is not None:
            rendered.bundles.append(evaluation.bundle)
    emitted, problems = emitted_bundles(posted.emitted, enable_auto)
    said = {_ids(bundle) for bundle in rendered.bundles}
    rendered.bundles += [bundle for bundle in emitted if _ids(bundle) not in said]
    for error in [*errors, *problems]:
        rendered.fail(error.field, error.message)
    rendered.bundles = [bundle for bundle in rendered.bundles if _is_sane(rendered, bundle)]


def emitted_bundles(
    emitted: Mapping[str, Any], log_lines_count: bool
) -> tuple[list[Bundle], list[AssetError]]:
    """Resolved bundles count always; log lines only with `enableAuto` (K1.12)."""
    bundles: list[Bundle] = []
    errors: list[AssetError] = []
    for key in ("assets", "assetEmits"):
        if key in emitted:
            found, wrong = parse_bundles(emitted[key], key)
            bundles += found
            errors += wrong
    for line in emitted.get("logs", ()) if log_lines_count else ():
        found, wrong = parse_log_line(line)
        bundles += found
        errors += wrong
    return bundles, errors


def _ids(bundle: Bundle) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(reference.id for reference in bundle.inputs),
        frozenset(output.id for output in bundle.outputs),
    )


def _is_sane(rendered: RenderedRun, bundle: Bundle) -> bool:
    links = len(bundle.inputs) * len(bundle.outputs)
    if links > MAX_LINKS:
        rendered.fail(
            "assets",
            f"{len(bundle.inputs)} inputs × {len(bundle.outputs)} outputs are more than "
            f"{MAX_LINKS} links in one bundle: emit several smaller bundles.",
        )
    return links <= MAX_LINKS
