"""A flow as the rest of Headwater sees it: frozen, validated, cheap to ask.

Built by `lineage.dsl.flow_reader`; what a flow's YAML may say is told there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from catalog.reading.declared import AssetDeclaration, AssetReference
from catalog.reading.yaml_nodes import Problem as FlowProblem

WARN, FAIL, IGNORE = "WARN", "FAIL", "IGNORE"
FAILURE_BEHAVIORS = (WARN, FAIL, IGNORE)

# An item without expressions is parsed once; others are maps, or ids, as written.
Item = AssetReference | AssetDeclaration | Mapping[str, Any] | str
# What stands in `inputs` and `outputs`: items, one expression that yields them all, or nothing.
Declared = tuple[Item, ...] | str | None
MAX_ITEMS = 1_000


class InvalidFlow(ValueError):
    """The source is no flow; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: tuple[FlowProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"line {p.line}: {p.path} {p.message}" for p in problems[:5]))


@dataclass(frozen=True, slots=True)
class Declaration:
    """`assets: {inputs, outputs, enableAuto, assetFailureBehavior}` as written (K1.1).

    `enable_auto` (None: not said) and `failure_behavior` may be expressions as well.
    """

    inputs: Declared = None
    outputs: Declared = None
    enable_auto: bool | str | None = None
    failure_behavior: str = WARN
    line: int = 0


@dataclass(frozen=True, slots=True)
class Subflow:
    """The flow that a Subflow task starts; both parts may be templates."""

    namespace: str
    flow_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A task at any nesting. `path` is its place in the document, like `tasks[1].tasks[0]`.

    `properties` is the task's whole map as plain data, children included. `sql` is its statement
    as text, templates and all. `allow_failure` and `allow_warning` clamp the state (K1.11).
    `caches`: with `taskCache.enabled` a run may only have found the outputs of an earlier one.
    """

    id: str
    type: str
    path: str
    line: int
    properties: Mapping[str, Any] = field(repr=False)
    parent_id: str | None = None
    children: tuple["Task", ...] = ()
    declaration: Declaration | None = None
    sql: str | None = None
    subflow: Subflow | None = None
    disabled: bool = False
    allow_failure: bool = False
    allow_warning: bool = False
    caches: bool = False

    def walk(self) -> Iterator["Task"]:
        """This task, then everything inside it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """What starts the flow by itself."""

    id: str
    type: str
    path: str
    line: int
    properties: Mapping[str, Any] = field(repr=False)
    declaration: Declaration | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FlowInput:
    """One field of the form that starts the flow. `expression` yields the options of a SELECT or
    MULTISELECT when it is asked for; `values` are literal options; `custom_values` lets others in.
    `depends_on` names the inputs above that it is made of."""

    id: str
    type: str
    line: int
    expression: str | None = None
    values: tuple[Any, ...] = ()
    defaults: Any = None
    required: bool = True
    display_name: str | None = None
    description: str | None = None
    custom_values: bool = False
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredAsset:
    """An asset that a flow's source names: `id` is literal, or the template as written."""

    id: str
    type: str | None
    direction: str
    task_id: str
    line: int
    templated: bool


@dataclass(frozen=True, eq=False)
class Flow:
    """A validated flow. `tasks` is the main tree; the other task lists stand beside it."""

    id: str
    namespace: str
    tasks: tuple[Task, ...]
    description: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[FlowInput, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Task, ...] = ()
    finally_: tuple[Task, ...] = ()
    after_execution: tuple[Task, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    disabled: bool = False

    def all_tasks(self) -> Iterator[Task]:
        """Every task, depth first: tasks, then errors, finally and afterExecution."""
        for root in (*self.tasks, *self.errors, *self.finally_, *self.after_execution):
            yield from root.walk()

    def task(self, task_id: str) -> Task | None:
        """The task with that id, at any nesting."""
        return self._tasks_by_id.get(task_id)

    @cached_property
    def _tasks_by_id(self) -> dict[str, Task]:
        return {task.id: task for task in self.all_tasks()}

    def trigger(self, trigger_id: str) -> Trigger | None:
        """The trigger with that id."""
        return next((trigger for trigger in self.triggers if trigger.id == trigger_id), None)

    def declared_assets(self) -> tuple[DeclaredAsset, ...]:
        """What the source itself names, in its order, for people to read before any run."""
        owners: tuple[Task | Trigger, ...] = (*self.all_tasks(), *self.triggers)
        return tuple(asset for owner in owners for asset in _declared_by(owner))


def _declared_by(owner: Task | Trigger) -> Iterator[DeclaredAsset]:
    declaration = owner.declaration
    if declaration is None:
        return
    for direction, declared in (("READ", declaration.inputs), ("WRITE", declaration.outputs)):
        items = (declared,) if isinstance(declared, str) else declared or ()
        for item in items:
            asset_id, asset_type = _named(item)
            yield DeclaredAsset(
                id=asset_id,
                type=asset_type,
                direction=direction,
                task_id=owner.id,
                line=declaration.line,
                templated="{{" in asset_id,
            )


def _named(item: Item) -> tuple[str, str | None]:
    if isinstance(item, str):
        return item, None
    if isinstance(item, Mapping):
        return item["id"], item.get("type")
    return item.id, item.type
