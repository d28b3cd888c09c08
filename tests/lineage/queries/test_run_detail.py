"""Task runs as a tree, whatever was posted."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.models import TaskRun
from lineage.queries.run_detail import tree


def run(public_id: str, parent: str = "") -> TaskRun:
    return TaskRun(public_id=public_id, parent_public_id=parent)


def shape(*runs: TaskRun) -> list[tuple[str, int, int]]:
    return [(b.run.public_id, b.depth, b.below) for b in tree(runs)]


def test_children_follow_their_parent_in_the_order_given():
    assert shape(run("a"), run("b"), run("a1", "a"), run("a2", "a"), run("a11", "a1")) == [
        ("a", 0, 2),
        ("a1", 1, 1),
        ("a11", 2, 0),
        ("a2", 1, 0),
        ("b", 0, 0),
    ]


def test_a_child_whose_parent_is_not_there_stands_at_the_top():
    assert shape(run("a", "gone"), run("b")) == [("a", 0, 0), ("b", 0, 0)]


def test_runs_that_name_each_other_as_parents_still_show():
    assert shape(run("a", "b"), run("b", "a"), run("c", "c")) == [
        ("c", 0, 0),
        ("a", 0, 1),
        ("b", 1, 1),
    ]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghx"), max_size=8))
def test_every_run_shows_exactly_once(parents: dict[str, str]):
    runs = [run(name, parent) for name, parent in parents.items()]
    assert sorted(b.run.public_id for b in tree(runs)) == sorted(parents)
