"""Reads a flow's YAML into a `Flow`, or says everything that is wrong with it, line by line.

Kestra's flow language as far as Headwater needs it. Plugins bring properties of their own, so
unknown ones are fine; known ones have to be of the right kind.
"""

from collections.abc import Callable, Iterator

from catalog.reading import rules
from catalog.reading.yaml_nodes import InvalidYaml, Node
from catalog.reading.yaml_text import parse_yaml
from lineage.dsl.declarations import read_declaration
from lineage.dsl.fields import Fields
from lineage.dsl.flows import Flow, FlowInput, InvalidFlow, Subflow, Task, Trigger

# Lists of tasks inside a task: ForEach, Sequential, WorkingDirectory …, If, Switch.
_CHILD_LISTS = ("tasks", "then", "else", "defaults", "errors", "finally", "afterExecution")
_SQL_PROPERTIES = ("sql", "query")
_SUBFLOW_TYPES = (".Subflow", ".ForEachItem", ".flow.Flow")


def parse_flow(source: str | bytes) -> Flow:
    """The flow in a YAML text; raises InvalidFlow with every problem found."""
    try:
        root = parse_yaml(source)
    except InvalidYaml as error:
        raise InvalidFlow(error.problems) from None
    fields = Fields(root, "")
    if not fields.is_map:
        fields.problem("a flow must be a map")
        raise InvalidFlow(tuple(fields.problems))
    flow = _Reader(fields).flow()
    if fields.problems:
        raise InvalidFlow(tuple(sorted(fields.problems, key=lambda p: (p.line, p.column))))
    return flow


class _Reader:
    """One pass over one document; knows which ids are taken."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.task_lines: dict[str, int] = {}
        self.trigger_lines: dict[str, int] = {}
        self.input_lines: dict[str, int] = {}

    def flow(self) -> Flow:
        fields = self.fields
        return Flow(
            id=fields.required_text("id", rules.validate_flow_id),
            namespace=fields.required_text("namespace", rules.validate_namespace),
            description=fields.text("description"),
            labels=self.labels(),
            inputs=tuple(self.each("inputs", self.input)),
            variables=fields.mapping("variables"),
            tasks=self.main_tasks(),
            errors=self.tasks(fields, "errors"),
            finally_=self.tasks(fields, "finally"),
            after_execution=self.tasks(fields, "afterExecution"),
            triggers=tuple(self.each("triggers", self.trigger)),
            disabled=fields.boolean("disabled"),
        )

    def labels(self) -> dict[str, str]:
        """Kestra takes a map, or a list of `{key, value}`."""
        node = self.fields.get("labels")
        if node is None:
            return {}
        if isinstance(node.value, dict):
            return {key: self.label(value, key) for key, value in node.value.items()}
        found = {}
        for item in self.fields.maps("labels"):
            key = item.required_text("key")
            value = item.get("value")
            if value is None:
                item.problem("is required", "value")
            else:
                found[key] = self.label(value, key)
        return found

    def label(self, node: Node, key: str) -> str:
        if node.text is None:
            self.fields.problem_at(node, f"labels.{key}", "must be text")
        return node.text or ""

    def each[T](self, key: str, read: Callable[[Fields], T]) -> Iterator[T]:
        return (read(item) for item in self.fields.maps(key))

    def input(self, item: Fields) -> FlowInput:
        input_id = item.required_text("id", rules.validate_input_id)
        self.claim(item, input_id, self.input_lines)
        # MULTISELECT had `options` before it had `values`, as SELECT has them.
        values = item.get("values") or item.get("options")
        if values is not None and not isinstance(values.value, list | str):
            item.problem("must be a list", "values")
        return FlowInput(
            id=input_id,
            type=item.required_text("type", rules.validate_type),
            line=item.node.line,
            expression=item.text("expression"),
            values=tuple(values.plain()) if values and isinstance(values.value, list) else (),
            defaults=item.plain("defaults"),
            required=item.boolean("required", default=True),
            display_name=item.text("displayName"),
            description=item.text("description"),
            custom_values=item.boolean("allowCustomValue"),
            depends_on=_depends_on(item),
        )

    def trigger(self, item: Fields) -> Trigger:
        trigger_id = item.required_text("id", rules.validate_task_id)
        self.claim(item, trigger_id, self.trigger_lines)
        return Trigger(
            id=trigger_id,
            type=item.required_text("type", rules.validate_type),
            path=item.path,
            line=item.node.line,
            properties=item.node.plain(),
            declaration=read_declaration(item),
            disabled=item.boolean("disabled"),
        )

    def main_tasks(self) -> tuple[Task, ...]:
        node = self.fields.get("tasks")
        if node is None or node.value == []:
            self.fields.problem("must hold at least one task", "tasks")
            return ()
        return self.tasks(self.fields, "tasks")

    def tasks(self, owner: Fields, key: str, parent_id: str | None = None) -> tuple[Task, ...]:
        return tuple(self.task(item, parent_id) for item in owner.maps(key))

    def task(self, item: Fields, parent_id: str | None) -> Task:
        task_id = item.required_text("id", rules.validate_task_id)
        self.claim(item, task_id, self.task_lines)
        task_type = item.required_text("type", rules.validate_type)
        return Task(
            id=task_id,
            type=task_type,
            path=item.path,
            line=item.node.line,
            properties=item.node.plain(),
            parent_id=parent_id,
            children=tuple(self.children(item, task_id)),
            declaration=read_declaration(item),
            sql=_first_text(item.node, _SQL_PROPERTIES),
            subflow=_subflow(item.node, task_type),
            disabled=item.boolean("disabled"),
            allow_failure=item.boolean("allowFailure"),
            allow_warning=item.boolean("allowWarning"),
            caches=_caches(item),
        )

    def children(self, item: Fields, task_id: str) -> Iterator[Task]:
        for key in _CHILD_LISTS:
            if _holds_tasks(item.get(key)):
                for child in item.maps(key):
                    inner = child.inner("task") if key == "tasks" else None
                    yield self.task(inner or child, task_id)
        cases = item.get("cases")
        if cases is not None and isinstance(cases.value, dict):
            branches = Fields(cases, item.path_of("cases"), item.problems)
            for case in cases.value:
                if _holds_tasks(branches.get(case)):
                    yield from self.tasks(branches, case, task_id)

    def claim(self, item: Fields, name: str, lines: dict[str, int]) -> None:
        if name in lines:
            item.problem(f"is already used in line {lines[name]}", "id")
        elif name:
            lines[name] = item.node.line


def _holds_tasks(node: Node | None) -> bool:
    """A plugin may call something else `tasks`: a list of texts, say, or maps without types."""
    return (
        node is not None
        and isinstance(node.value, list)
        and any(_looks_like_task(child) for child in node.value)
    )


def _looks_like_task(node: Node) -> bool:
    return isinstance(node.value, dict) and ("type" in node.value or "task" in node.value)


def _first_text(node: Node, keys: tuple[str, ...]) -> str | None:
    candidates = (node.value.get(key) for key in keys)
    return next((n.value for n in candidates if n and isinstance(n.value, str)), None)


def _depends_on(item: Fields) -> tuple[str, ...]:
    """`dependsOn: {inputs: [id, …], condition?}`."""
    block = item.inner("dependsOn")
    inputs = block.plain("inputs") if block else None
    listed = inputs if isinstance(inputs, list) else []
    return tuple(name for name in listed if isinstance(name, str))


def _caches(item: Fields) -> bool:
    cache = item.inner("taskCache")
    return cache is not None and cache.boolean("enabled")


def _subflow(node: Node, task_type: str) -> Subflow | None:
    if not task_type.endswith(_SUBFLOW_TYPES):
        return None
    namespace, flow_id = (_first_text(node, (key,)) for key in ("namespace", "flowId"))
    return Subflow(namespace, flow_id) if namespace and flow_id else None
