"""A tenant's naming rules, applied: which asset a dataset is, and where a job belongs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lineage.openlineage.naming import (
    DEFAULT_TEMPLATE,
    asset_id,
    display_name,
    headwater_namespace,
    matches,
    normalized,
    scheme_of,
)

DATASET, JOB = "dataset", "job"
#: Namespaces of what another Headwater has shipped: its assets keep their ids here.
HEADWATER = "headwater"
#: Names that one set of rules remembers; beyond it starts anew.
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of `catalog.models.NamingRule`; an empty template or namespace leaves the default."""

    id: int
    kind: str
    pattern: str
    id_template: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """What a dataset is called here. `default_id`: its id without any rule, which stays an alias,
    as does `posted_id`, its names as they were sent where these are spelled otherwise.

    `display_name`: "" where the id says it best. `spelled`: (namespace, name), normalized.
    `namespace`: where a rule puts it, None where the job decides. `rule`: that which applied.
    """

    id: str
    default_id: str
    display_name: str
    spelled: tuple[str, str]
    namespace: str | None = None
    rule: Rule | None = None
    posted_id: str = ""

    @property
    def other_ids(self) -> list[str]:
        """What it may be asked for by, beside its id."""
        return sorted({self.default_id, self.posted_id} - {self.id, ""})


class Rules:
    """The first rule of a kind whose pattern matches the namespace applies; they come in order."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(rules)
        self._datasets: dict[tuple[str, str], Named] = {}

    def dataset(self, namespace: str, name: str) -> Named:
        """The asset of an OpenLineage dataset."""
        key = (namespace, name)
        if key not in self._datasets:
            if len(self._datasets) >= REMEMBERED:
                self._datasets.clear()
            self._datasets[key] = self._named(namespace, name)
        return self._datasets[key]

    def _named(self, namespace: str, name: str) -> Named:
        named = self._spelled(namespace, name)
        if "@" in namespace or (namespace, name) == named.spelled:
            return named  # a user's name, maybe with a password, is no part of any id
        return replace(named, posted_id=asset_id(namespace, name))

    def _spelled(self, namespace: str, name: str) -> Named:
        space, path = normalized(namespace, name)
        default, shown = asset_id(space, path), display_name(space, path)
        rule = self.matching(DATASET, namespace)
        if rule is None and scheme_of(space) == HEADWATER:
            return Named(asset_id(space, path, "{name}"), default, "", (space, path))
        if rule is None:
            return Named(default, default, shown, (space, path))
        own = asset_id(space, path, rule.id_template or DEFAULT_TEMPLATE)
        return Named(own, default, shown, (space, path), rule.namespace or None, rule)

    def job_namespace(self, namespace: str) -> str:
        """The namespace of an OpenLineage job's flow."""
        rule = self.matching(JOB, namespace)
        return (rule.namespace if rule else "") or headwater_namespace(namespace)

    def matching(self, kind: str, namespace: str) -> Rule | None:
        """The rule that applies, if one does."""
        return next(
            (
                rule
                for rule in self.rules
                if rule.kind == kind and matches(rule.pattern, namespace)
            ),
            None,
        )
