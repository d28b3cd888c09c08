"""Names that arrive with lineage lead to one asset, whenever and in whatever order they come."""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.access import Access
from accounts.models import User
from catalog.finding import find_assets
from catalog.models import Asset, AssetAlias, AssetMerge
from lineage.recording import record_executions
from lineage.unifying import NameLink, Unlinked, merge_assets, unify_names, unmerge
from tests.conftest import Cast
from tests.lineage.snapshots import snapshot
from tests.lineage.unifying.tables import rows_of
from tests.lineage.worlds import posted, task_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("admin")


def unify(access: Access, *links: NameLink) -> list[Unlinked]:
    with transaction.atomic():
        return unify_names(access, links)


def write(access: Access, name: str, *, reads: str = "", run: str = "") -> None:
    run = run or f"run-{name}"
    one = task_run(f"t-{run}", reads=[reads] if reads else [], writes=[name])
    [result] = record_executions(access, [posted(run, runs=[one])])
    assert result.status == "created"


def leads_to(access: Access, *names: str) -> list[str | None]:
    known = find_assets(access.tenant, names)
    return [known[name].public_id if name in known else None for name in names]


def symlink(kept: str, absorbed: str) -> NameLink:
    return NameLink(kept, absorbed, "symlink", {"kind": "execution", "id": "x"})


def test_an_unknown_name_becomes_an_alias(access: Access) -> None:
    write(access, "orders")
    assert unify(access, symlink("orders", "s3://lake/orders")) == []
    assert leads_to(access, "s3://lake/orders", "orders") == ["orders", "orders"]
    write(access, "s3://lake/orders")
    assert Asset.objects.unscoped("test").count() == 1


def test_two_unknown_names_make_a_placeholder_with_an_alias(access: Access) -> None:
    unify(access, symlink("orders", "s3://lake/orders"))
    assert leads_to(access, "s3://lake/orders") == ["orders"]


def test_what_is_settled_costs_one_statement(access: Access) -> None:
    links = [symlink(f"t{n}", f"s3://lake/t{n}") for n in range(20)]
    unify(access, *links)
    with CaptureQueriesContext(connection) as captured:
        unify_names(access, links)
    assert len(captured) == 1


def test_two_assets_become_one(access: Access) -> None:
    write(access, "orders")
    write(access, "s3://lake/orders")
    unify(access, symlink("s3://lake/orders", "orders"))
    assert leads_to(access, "s3://lake/orders") == ["orders"]
    merge = AssetMerge.objects.unscoped("test").select_related("kept", "absorbed").get()
    assert (merge.kept.public_id, merge.absorbed.public_id) == ("orders", "s3://lake/orders")
    assert (merge.reason, merge.source["id"], merge.by) == ("symlink", "x", None)


def test_symlinks_lead_to_the_same_asset_in_any_order(access: Access) -> None:
    links = [symlink("b", "s3://x"), symlink("s3://x", "c"), symlink("c", "gs://y")]
    names = ["b", "c", "s3://x", "gs://y"]
    for n, order in enumerate(permutations(links)):
        with transaction.atomic():
            for name in names[: n % 5]:
                write(access, name)
            for link in order:
                unify(access, link)
            assert leads_to(access, *names) == ["b"] * 4
            transaction.set_rollback(True)


def test_all_links_of_a_request_at_once_lead_to_one_asset(access: Access) -> None:
    for name in ("c", "s3://x", "gs://y"):
        write(access, name)
    unify(access, symlink("b", "s3://x"), symlink("s3://x", "c"), symlink("c", "gs://y"))
    assert leads_to(access, "b", "c", "s3://x", "gs://y") == ["b"] * 4


def test_a_link_before_or_after_the_runs_leads_to_the_same_state(access: Access) -> None:
    link = symlink("orders", "s3://lake/orders")
    states = []
    for early in (True, False):
        with transaction.atomic():
            if early:
                unify(access, link)
            write(access, "orders", reads="raw", run="r1")
            write(access, "s3://lake/orders", reads="raw", run="r2")
            write(access, "mart", reads="s3://lake/orders", run="r3")
            if not early:
                unify(access, link)
            state = snapshot(access.tenant)
            state["assets"] = [row for row in state["assets"] if row[0] != "s3://lake/orders"]
            states.append(state)
            transaction.set_rollback(True)
    assert states[0] == states[1]


def test_a_renamed_asset_keeps_its_old_ids(access: Access) -> None:
    write(access, "old")
    unify(access, NameLink("new", "old", "rename"))
    unify(access, NameLink("newer", "new", "rename"))
    assert leads_to(access, "old", "new", "newer") == ["newer"] * 3
    sources = AssetAlias.objects.unscoped("test").values_list("name", "source")
    assert set(sources) == {("old", "rename"), ("new", "rename")}


def test_what_somebody_took_apart_stays_apart(access: Access) -> None:
    write(access, "orders")
    write(access, "s3://lake/orders")
    before = rows_of(access.tenant)
    link = symlink("orders", "s3://lake/orders")
    unify(access, link)
    unmerge(access, AssetMerge.objects.unscoped("test").get())
    assert unify(access, link) == []
    assert rows_of(access.tenant) == before
    one, other = (
        Asset.objects.unscoped("test").get(public_id=name)
        for name in ("orders", "s3://lake/orders")
    )
    merge_assets(access, other, one)
    assert leads_to(access, "orders") == ["s3://lake/orders"]
    assert unify(access, link) == []


def test_apart_stays_apart_under_a_new_name(access: Access) -> None:
    for name in ("orders", "s3://lake/orders", "a"):
        write(access, name)
    link = symlink("orders", "s3://lake/orders")
    unify(access, link)
    unmerge(access, AssetMerge.objects.unscoped("test").get())
    unify(access, symlink("a", "orders"))
    unify(access, link)
    assert leads_to(access, "orders", "s3://lake/orders") == ["a", "s3://lake/orders"]


def test_only_who_may_write_both_makes_them_one(
    cast: Cast, access: Access, grant: Callable[..., User]
) -> None:
    write(access, "orders")
    grant("dora", "Editor", "company.other")
    link = symlink("mine", "orders")
    [unlinked] = unify(cast.access("dora"), link)
    assert unlinked.link == link
    assert "may not write" in unlinked.reason
    assert leads_to(access, "orders", "mine") == ["orders", None]


def test_one_former_name_of_two_assets_leads_to_the_same_in_any_order(access: Access) -> None:
    links = [
        NameLink("z", "old", "rename"),
        NameLink("y", "old", "rename"),
        symlink("old", "s3://old"),
    ]
    for order in permutations(links):
        with transaction.atomic():
            write(access, "s3://old")
            for link in order:
                unify(access, link)
            assert leads_to(access, "old", "y", "z", "s3://old") == ["y"] * 4
            transaction.set_rollback(True)
