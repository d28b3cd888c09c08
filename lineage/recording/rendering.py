"""What a task run says about assets: its flow's declaration, rendered, and what it emitted."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.dsl import (
    AssetError,
    Bundle,
    ExecutionContext,
    Functions,
    Task,
    Trigger,
    evaluate,
    execution_context,
    parse_bundles,
    parse_log_line,
)
from lineage.kestra.executions import PostedTaskRun
from lineage.lending import Lender
from lineage.masking import Masking, secret_inputs
from lineage.recording.flows import KnownFlow
from lineage.recording.inferring import names_for, scripts_for
from lineage.recording.order import Delivery
from lineage.recording.rendered import RenderedRun, StoredExecution
from lineage.recording.scripts import is_wanted

#: More links than this in one bundle are a cartesian accident, not lineage.
MAX_LINKS = 100_000


def render_runs(
    delivery: Delivery, stored: StoredExecution, flow: KnownFlow, lender: Lender
) -> Iterator[RenderedRun]:
    """The task runs that are new or beat the stored ones, with their bundles.

    Only terminal runs register assets, and neither skipped ones, cache hits nor unit tests (K1.6).
    """
    contexts: dict[int, ExecutionContext] = {}
    for stamp, posted, posted_in in delivery.task_runs.values():
        pk, held = stored.task_runs.get(posted.id, (0, []))
        if posted.id in delivery.again:
            stamp = held
        elif pk and stamp <= held:
            continue
        rendered = RenderedRun(stored, flow, posted_in, posted, stamp, replaces=pk)
        rendered.declared_by = declaring(delivery, posted)
        if registers(rendered):
            context = contexts.get(id(posted_in))
            if context is None:
                whole = delivery.context(posted_in) if stored.task_runs else posted_in.raw
                variables = lender.variables(flow.namespace)
                context = execution_context(delivery.declares, whole, variables)
                contexts[id(posted_in)] = context
            functions = lender.functions(flow.namespace)
            auto = render(rendered, context, functions)
            task = rendered.declared_by
            if task is not None and is_wanted(task, auto, lender.access):
                inputs = delivery.context(posted_in).get("inputs")
                masking = Masking.of(inputs, secret_inputs(delivery.declares))
                names = names_for(task, posted.raw, context)
                rendered.scripts = scripts_for(task, names, functions, masking)
        yield rendered


def declaring(delivery: Delivery, posted: PostedTaskRun) -> Task | Trigger | None:
    """What of the flow's revision speaks for this run."""
    flow = delivery.declares
    if flow is None:
        return None
    return flow.trigger(posted.task_id) if posted.is_trigger else flow.task(posted.task_id)


def registers(rendered: RenderedRun) -> bool:
    state = rendered.posted.state
    return (
        state.is_terminal
        and state.current != "SKIPPED"
        and rendered.posted_in.kind not in ("TEST", "PLAYGROUND")
        and not is_cache_hit(rendered)
    )


def is_cache_hit(rendered: RenderedRun) -> bool:
    """Whether the run only found what an earlier one had made (K1.6).

    The post says so (`cached` or `cacheHit`), or it tells attempts, which a hit has none of.
    """
    posted, task = rendered.posted, rendered.declared_by
    if posted.emitted.get("cached"):
        return True
    if not isinstance(task, Task) or not task.caches or posted.attempts:
        return False
    resolved = posted.emitted.keys() & {"assets", "assetEmits"}
    return not resolved and any(run.attempts for run in rendered.posted_in.task_runs)


def render(rendered: RenderedRun, context: ExecutionContext, functions: Functions) -> bool | None:
    """Fill in the bundles and the errors of one task run; answers what `enableAuto` says."""
    posted, owner = rendered.posted, rendered.declared_by
    errors: list[AssetError] = []
    enable_auto: bool | None = None
    takes_lines = owner is None or owner.declaration is None
    if owner is not None and owner.declaration is not None:
        names = (
            context.for_task_run(posted.raw, owner)
            if isinstance(owner, Task)
            else context.for_execution()
        )
        evaluation = evaluate(owner.declaration, names, functions)
        rendered.failure_behavior = evaluation.failure_behavior
        enable_auto = evaluation.enable_auto
        takes_lines = bool(enable_auto)
        errors += evaluation.errors
        if evaluation.bundle is not None:
            rendered.bundles.append(evaluation.bundle)
    emitted, problems = emitted_bundles(posted.emitted, takes_lines)
    declared = [(bundle.inputs, bundle.outputs) for bundle in rendered.bundles]
    # Kestra posts what it rendered of the declaration among what was emitted.
    rendered.bundles += [one for one in emitted if (one.inputs, one.outputs) not in declared]
    for error in [*errors, *problems]:
        rendered.fail(error.field, error.message)
    rendered.bundles = [bundle for bundle in rendered.bundles if _is_sane(rendered, bundle)]
    return enable_auto


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


def _is_sane(rendered: RenderedRun, bundle: Bundle) -> bool:
    links = len(bundle.inputs) * len(bundle.outputs)
    if links > MAX_LINKS:
        rendered.fail(
            "assets",
            f"{len(bundle.inputs)} inputs × {len(bundle.outputs)} outputs are more than "
            f"{MAX_LINKS} links in one bundle: emit several smaller bundles.",
        )
    return links <= MAX_LINKS
