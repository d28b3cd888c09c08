"""What an asset is part of, its parts and its peers, as far as a reader may see them (K1.10)."""

from catalog.relations import relatives_of
from tests.conftest import Cast
from tests.factories import NOW, make_asset


def told(cast: Cast, who: str = "admin") -> list[tuple[str, str, str, bool]]:
    """(kind, id, role, whether it is linked) of the asset `vm`."""
    vm = make_asset(
        cast.main,
        "vm",
        part_of={"id": "cluster", "role": "node"},
        related_to=[{"id": "standby", "role": "backup"}, {"id": "elsewhere"}, {"id": "ledger"}],
    )
    make_asset(cast.main, "cluster")
    make_asset(cast.main, "standby", related_to=[{"id": "vm", "role": "primary"}])
    make_asset(cast.main, "ledger", "company.finance")
    make_asset(cast.main, "disk", part_of={"id": "vm"})
    make_asset(cast.main, "hidden_disk", "company.finance", part_of={"id": "vm"})
    make_asset(cast.main, "old_disk", part_of={"id": "vm"}, deleted_at=NOW)
    make_asset(cast.main, "peer", related_to=[{"id": "x"}, {"id": "vm", "role": "twin"}])
    make_asset(cast.other, "theirs", part_of={"id": "vm"})
    return [
        (relative.kind, relative.id, relative.role, relative.asset is not None)
        for relative in relatives_of(cast.access(who), vm)
    ]


def test_k1_10_from_both_sides(cast: Cast) -> None:
    assert told(cast) == [
        ("whole", "cluster", "node", True),
        ("peer", "elsewhere", "", False),
        ("peer", "ledger", "", True),
        ("peer", "peer", "twin", True),
        ("peer", "standby", "backup", True),
        ("part", "disk", "", True),
        ("part", "hidden_disk", "", True),
    ]


def test_k1_10_what_may_not_be_seen_is_not_linked_and_says_nothing_of_itself(cast: Cast) -> None:
    assert [row for row in told(cast, "viewer") if row[1] in ("ledger", "hidden_disk")] == [
        ("peer", "ledger", "", False)
    ]
