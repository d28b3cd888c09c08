"""Two assets that become one hold what one asset would, had it had both names from the start."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.joining import joined, parted
from catalog.merging import AssetValues, merge
from catalog.touches import Part, Touch, stamp

WORDS = st.lists(st.sampled_from("xyz"), max_size=2, unique=True)
FIELDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "displayName": st.sampled_from(["One", "Two"]),
        "namespace": st.sampled_from(["n1", "n2", None]),
        "status": st.sampled_from(["leased", "active"]),
        "owners": WORDS,
        "tags": WORDS,
        "columns": st.lists(
            st.builds(
                lambda name, type: {"name": name, "type": type},
                st.sampled_from("pqr"),
                st.sampled_from(["int", "text"]),
            ),
            max_size=3,
            unique_by=lambda column: column["name"],
        ),
        "metadata": st.dictionaries(st.sampled_from("kl"), st.sampled_from([1, None]), max_size=2),
    },
)


@st.composite
def touches(draw: st.DrawFn, first: int = 0) -> list[Touch]:
    """Words on the assets `a` and `b`, no two with one stamp, in any order of time."""
    count = draw(st.integers(0, 6))
    times = draw(st.permutations(range(first, first + count)))
    said = [
        Touch(
            stamp(at, "run"),
            at,
            kind := draw(st.sampled_from([Part.WRITE, Part.READ, Part.DESCRIBE, Part.ATTEMPT])),
            draw(st.sampled_from([None, "Table", "File"])),
            draw(st.sampled_from(["job", None] if kind is not Part.WRITE else ["job"])),
            fields=draw(FIELDS),
            hint=draw(st.sampled_from([None, "Topic"])),
            called=draw(st.sampled_from([None, "orders"])),
            rule_namespace=draw(st.sampled_from([None, "ruled"])),
            life=draw(
                st.sampled_from(["", "dropped", "alive"] if kind is Part.DESCRIBE else [""])
            ),
            name=draw(st.sampled_from("ab")),
        )
        for at in times
    ]
    return [
        touch
        if touch.part in (Part.WRITE, Part.DESCRIBE) and touch.says_something
        else replace(touch, fields={}, life="")
        for touch in said
    ]


def told(said: list[Touch], values: AssetValues | None = None, own_id: str = "a") -> AssetValues:
    values = deepcopy(values) if values else AssetValues()
    for touch in said:
        merge(values, touch, own_id)
    return values


@given(touches(1))
def test_it_does_not_matter_when_two_are_found_to_be_one(said: list[Touch]) -> None:
    early = told(said)
    kept = told([touch for touch in said if touch.name == "a"])
    absorbed = told([touch for touch in said if touch.name == "b"], own_id="b")
    assert joined(kept, absorbed, "b") == early


@given(touches(1), touches(101))
def test_parting_takes_away_what_came_by_the_merge_alone(
    said: list[Touch], since: list[Touch]
) -> None:
    """Of what is the earliest word that holds, kept has one that nothing since can beat."""
    first = Touch(stamp(0, "run"), 0, Part.WRITE, None, "job", hint="Topic", called="orders")
    kept = told([first, *(touch for touch in said if touch.name == "a")])
    absorbed = told([touch for touch in said if touch.name == "b"], own_id="b")
    together = joined(kept, absorbed, "b")
    assert parted(together, kept, together) == kept
    mine = [touch for touch in since if touch.name == "a" and touch.part is Part.WRITE]
    assert parted(told(mine, together), kept, together) == told(mine, kept)


def test_a_persons_word_is_meant_of_the_asset_by_all_its_names() -> None:
    said = [
        Touch(stamp(n, "run"), n, Part.WRITE, fields={"owners": [name]}, name=name)
        for n, name in enumerate("ab", 1)
    ]
    values = told(said)
    assert values.owners == ["a", "b"]
    by_hand = Touch(stamp(9, "user:1"), 9, Part.WRITE, fields={"owners": ["me"]}, by_hand=True)
    assert told([by_hand], values).owners == ["me"]
    later = Touch(stamp(10, "run"), 10, Part.WRITE, fields={"owners": ["b"]}, name="b")
    assert told([by_hand, later], values).owners == ["me", "b"]
