"""What a naming rule may say, as it is posted: read, with every problem at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.models import NamingRule
from catalog.reading.rules import unseen_character, validate_namespace, validate_text
from lineage.openlineage.naming import asset_id

#: A request looks at each of them.
MOST_RULES = 500
PATTERN_LENGTH = TEMPLATE_LENGTH = 500
#: Parts of an id template.
PARTS = ("{namespace}", "{name}")


class InvalidRule(ValueError):
    """`errors`: [{"field", "message"}], by the names of the API."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("The naming rule has invalid fields.")
        self.errors = [dict(error) for error in errors]


@dataclass(frozen=True, slots=True)
class RuleBody:
    """What a rule says. `position`: where it comes among those of its kind; None is last, or where
    it is."""

    kind: str
    pattern: str
    id_template: str = ""
    namespace: str = ""
    position: int | None = None


FIELDS = ("kind", "pattern", "idTemplate", "namespace", "position")


def read_rule(value: Any) -> RuleBody:
    """`{"kind", "pattern", "idTemplate"?, "namespace"?, "position"?}`. Raises InvalidRule."""
    if not isinstance(value, Mapping):
        raise InvalidRule([error("", "The rule is a JSON object.")])
    errors = [error(name, "There is no such field.") for name in value.keys() - set(FIELDS)]
    texts: dict[str, str] = {}
    for name in ("kind", "pattern", "idTemplate", "namespace"):
        said = value.get(name)
        texts[name] = said.strip() if isinstance(said, str) else ""
        if not isinstance(said, str | None):
            errors.append(error(name, "This is a text."))
        elif problem := validate_text(texts[name]):
            errors.append(error(name, f"It {problem}."))
    position = value.get("position")
    if position is not None and (type(position) is not int or not 0 <= position < MOST_RULES):
        errors.append(error("position", f"This is a number from 0 to {MOST_RULES - 1}."))
    body = RuleBody(
        texts["kind"], texts["pattern"], texts["idTemplate"], texts["namespace"], position
    )
    errors = errors or problems_of(body)
    if errors:
        raise InvalidRule(errors)
    return body


def problems_of(body: RuleBody) -> list[dict[str, str]]:
    found = [
        ("kind", _kind_problem(body)),
        ("pattern", _pattern_problem(body.pattern)),
        ("idTemplate", _template_problem(body)),
        ("namespace", _namespace_problem(body)),
    ]
    return [error(name, message) for name, message in found if message]


def _kind_problem(body: RuleBody) -> str:
    kinds = NamingRule.Kind.values
    return "" if body.kind in kinds else f"Say {' or '.join(kinds)}."


def _pattern_problem(pattern: str) -> str:
    if not pattern:
        return "Say which OpenLineage namespaces: one, or many with * and ?."
    if len(pattern) > PATTERN_LENGTH:
        return f"At most {PATTERN_LENGTH} characters."
    unseen = unseen_character(pattern)
    return f"It must not contain {unseen}." if unseen else ""


def _template_problem(body: RuleBody) -> str:
    template = body.id_template
    if body.kind == NamingRule.Kind.JOB:
        return "Only datasets have one; of a job say the namespace." if template else ""
    if not (template or body.namespace):
        return "Say an id template, a namespace, or both."
    if not template:
        return ""
    if "{name}" not in template:
        return "It must hold {name}, or all datasets become one asset."
    if len(template) > TEMPLATE_LENGTH:
        return f"At most {TEMPLATE_LENGTH} characters."
    rest = template
    for part in PARTS:
        rest = rest.replace(part, "")
    if "{" in rest or "}" in rest:
        return "Only {namespace} and {name} can stand in braces."
    if asset_id("n", "x", template) != template.replace("{namespace}", "n").replace("{name}", "x"):
        return "What it makes is no id: letters or digits first, no spaces, quotes or brackets."
    return ""


def _namespace_problem(body: RuleBody) -> str:
    if not body.namespace:
        needs = body.kind == NamingRule.Kind.JOB
        return "Say the namespace of the flow that such a job is." if needs else ""
    problem = validate_namespace(body.namespace)
    return f"It {problem}." if problem else ""


def error(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}
