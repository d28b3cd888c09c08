"""What happened to a run, told by the types and times of its events (the run cycle)."""

from collections.abc import Mapping

from catalog.moments import moment
from lineage.openlineage.events import OTHER
from lineage.openlineage.registers import Stamp

STATES = {"COMPLETE": "SUCCESS", "FAIL": "FAILED", "ABORT": "KILLED"}
RUNNING, CREATED = "RUNNING", "CREATED"

#: Event type → (time of the first, stamp of the last).
type Moments = Mapping[str, tuple[int, Stamp]]


def joined_moments(one: Moments, other: Moments) -> Moments:
    """Of two sets of events of the same run."""
    joined = dict(one)
    for name, (first, last) in other.items():
        before = joined.get(name, (first, last))
        joined[name] = (min(first, before[0]), max(last, before[1]))
    return joined


def state_of(types: Moments) -> str:
    """An end beats all else, among ends the latest; OTHER alone has not begun yet."""
    if not types:
        return ""
    end = end_of(types)
    if end is not None:
        return STATES[end]
    return CREATED if set(types) == {OTHER} else RUNNING


def end_of(types: Moments) -> str | None:
    """The type of the event that ended the run."""
    return max((name for name in types if name in STATES), key=lambda n: types[n][1], default=None)


def histories_of(types: Moments) -> list[dict[str, str]]:
    """[{"state", "date"}] in order of time: the first and the last event of each type."""
    begun = min((types[name][0] for name in types if name != OTHER), default=None)
    entries = set()
    for name, (first, (last, _)) in types.items():
        for at in (first, last):
            waits = name == OTHER and (begun is None or at < begun)
            entries.add((at, CREATED if waits else STATES.get(name, RUNNING)))
    ordered = sorted(entries, key=lambda entry: (entry[0], entry[1] in STATES.values(), entry[1]))
    return [{"state": state, "date": moment(at).isoformat()} for at, state in ordered]
