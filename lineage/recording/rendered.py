"""What becomes of a task run on its way in: what it says of assets, and how it stands for it."""

from dataclasses import dataclass, field

from catalog.merging import Part, Touch
from lineage.dsl.bundles import Bundle
from lineage.dsl.flows import FAIL, IGNORE, WARN, Task, Trigger
from lineage.kestra.posted import PostedExecution, PostedTaskRun
from lineage.models.runs import PRODUCTIVE, State
from lineage.recording.flows import KnownFlow
from lineage.recording.order import Fields, Stamp
from lineage.recording.scripts import Script


@dataclass(slots=True)
class StoredExecution:
    """An execution's row, locked until the end of the transaction."""

    pk: int
    flow_pk: int
    stamp: Stamp
    status: str
    fields: Fields = field(default_factory=dict)
    #: task run id → (row, stamp), of what was there before.
    task_runs: dict[str, tuple[int, Stamp]] = field(default_factory=dict)


@dataclass(slots=True)
class RenderedRun:
    """A task run that is new or beats the stored one, with what it says about assets.

    `asset_errors`: [{"field", "message", "behavior"}]. `replaces`: the row it overwrites, or 0.
    """

    execution: StoredExecution
    flow: KnownFlow
    posted_in: PostedExecution
    posted: PostedTaskRun
    stamp: Stamp
    replaces: int
    bundles: list[Bundle] = field(default_factory=list)
    failure_behavior: str = WARN
    #: What declares: the task or trigger of the flow's revision, when it is known.
    declared_by: Task | Trigger | None = None
    asset_errors: list[dict[str, str]] = field(default_factory=list)
    #: SQL to be read for more bundles.
    scripts: list[Script] = field(default_factory=list)
    pk: int = 0
    #: Of a streaming job: what it does counts while it runs and however it ends.
    streams: bool = False
    #: What it says of assets (id → touches) where the bundles do not tell all, as OpenLineage.
    touches: dict[str, list[Touch]] | None = None
    #: Assets that it names beside those of its bundles.
    names: set[str] = field(default_factory=set)
    #: Links between assets that it states and that hold without it.
    stated: list[Bundle] = field(default_factory=list)

    #: Where new assets that it writes belong, if that is not its flow's namespace.
    home: str = ""
    #: A replaced run that edges and counters did not know of yet: it only adds to them.
    adds_only: bool = False

    @property
    def recounts(self) -> bool:
        """Whether edges and counters have to be counted anew for it."""
        return bool(self.replaces) and not self.adds_only

    @property
    def at(self) -> int:
        """Event time in µs: the run's own, else its execution's."""
        return self.posted.state.at or self.posted_in.state.at

    @property
    def is_productive(self) -> bool:
        """Only then it makes edges and moves `last_written_at` (DESIGN §4)."""
        return self.streams or self.posted.state.current in PRODUCTIVE

    @property
    def output_part(self) -> Part:
        """What the run did to its outputs."""
        if self.is_productive:
            return Part.WRITE
        return Part.ATTEMPT if self.posted.state.is_terminal else Part.PENDING

    @property
    def shown_state(self) -> str:
        """The posted state after `assetFailureBehavior` and the task's own clamps (K1.11)."""
        state = self.posted.state.current
        matters = any(error["behavior"] != IGNORE for error in self.asset_errors)
        if not matters or not self.is_productive:
            return state
        if self.failure_behavior == FAIL:
            state = State.FAILED
        elif state == State.SUCCESS:
            state = State.WARNING
        if isinstance(self.declared_by, Task):
            if self.declared_by.allow_failure and state == State.FAILED:
                state = State.WARNING
            if self.declared_by.allow_warning and state == State.WARNING:
                state = State.SUCCESS
        return str(state)

    def fail(self, path: str, message: str, behavior: str = "") -> None:
        """Note why one field of a declaration could not be used; the rest goes on.

        `behavior`: what it does to the state, where that is not the declaration's to say.
        """
        self.asset_errors.append(
            {"field": path, "message": message, "behavior": behavior or self.failure_behavior}
        )
