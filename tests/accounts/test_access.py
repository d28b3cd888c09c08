"""Grants: a namespace covers its children, never its neighbours, and costs one statement."""

from hypothesis import given
from hypothesis import strategies as st

from accounts import actions
from accounts.access import NOWHERE, Reach, access_of, covers, prefixes, tenants_of
from accounts.permissions import Action, Resource
from tests.conftest import Cast, role

#: Short and few letters, so that parents, children and mere look-alikes come up often.
NAMES = st.lists(st.sampled_from(["a", "ab", "b", "a-b"]), min_size=1, max_size=3).map(".".join)
GRANTS = st.lists(st.one_of(st.just(""), NAMES), max_size=6)


def is_below(granted: str, namespace: str) -> bool:
    """The rule in its plainest form: dotted parts, compared from the left."""
    mine, theirs = granted.split("."), namespace.split(".")
    return granted == "" or theirs[: len(mine)] == mine


@given(NAMES, NAMES)
def test_covers_compares_whole_parts(granted: str, namespace: str):
    assert covers(granted, namespace) == is_below(granted, namespace)
    assert (granted in prefixes(namespace)) == is_below(granted, namespace)


@given(GRANTS, NAMES)
def test_reach_is_the_union_of_its_grants(grants: list[str], namespace: str):
    assert Reach.over(grants).includes(namespace) == any(is_below(g, namespace) for g in grants)


@given(GRANTS)
def test_only_a_tenant_wide_grant_reaches_what_has_no_namespace(grants: list[str]):
    assert Reach.over(grants).includes(None) == ("" in grants)


@given(GRANTS)
def test_reach_keeps_no_grant_that_another_covers(grants: list[str]):
    kept = Reach.over(grants).namespaces
    assert not [(a, b) for a in kept for b in kept if a != b and is_below(a, b)]


def test_company_a_is_not_company_ab():
    reach = Reach.over(["company.a"])
    assert reach.includes("company.a") and reach.includes("company.a.b")
    assert not reach.includes("company.ab") and not reach.includes("company")


def test_no_grant_is_nowhere():
    assert Reach.over([]) == NOWHERE
    assert not NOWHERE


def test_grants_of_person_and_groups_add_up(cast: Cast):
    viewer = cast.users["viewer"]
    team = actions.create_group(cast.main, "finance", [viewer])
    actions.bind(team, role(cast.main, "Editor"), "company.finance")
    access = cast.access("viewer")
    assert access.may(Resource.ASSET, Action.VIEW, "company.data.marts")
    assert not access.may(Resource.ASSET, Action.UPDATE, "company.data")
    assert access.may(Resource.ASSET, Action.UPDATE, "company.finance")
    assert not access.may(Resource.ASSET, Action.VIEW)


def test_grants_end_at_the_tenant(cast: Cast):
    assert not cast.access("outsider").is_member
    assert cast.access("outsider", cast.other).may(Resource.ASSET, Action.DELETE)


def test_an_instance_admin_has_no_role_by_that_alone(cast: Cast):
    assert not cast.access("instance_admin").is_member
    assert tenants_of(cast.users["instance_admin"]) == []


def test_tenants_of_counts_grants_of_groups(cast: Cast):
    team = actions.create_group(cast.other, "guests", [cast.users["viewer"]])
    actions.bind(team, role(cast.other, "Viewer"), "somewhere")
    assert tenants_of(cast.users["viewer"]) == [cast.main, cast.other]


def test_any_number_of_bindings_is_one_statement(
    cast: Cast, django_assert_num_queries: object
) -> None:
    for n in range(20):
        actions.bind(cast.users["viewer"], role(cast.main, "Viewer"), f"company.n{n}")
    with django_assert_num_queries(1):
        access = access_of(cast.users["viewer"], cast.main)
    assert len(access.reach(Resource.ASSET, Action.VIEW).namespaces) == 21
