"""One rule in two languages: the badge's and the database's must say the same, row by row."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from catalog.asset_filters import meanings
from catalog.asset_types import EXTERNAL, EXTERNAL_SPELLINGS
from catalog.filters import Condition, Op
from catalog.freshness import Freshness, freshness, freshness_q, with_freshness
from catalog.models import Asset, AssetState
from tests.conftest import Cast
from tests.factories import NOW

EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def state(**times: object) -> AssetState:
    return AssetState(**times)


@pytest.mark.parametrize(
    ("type_name", "times", "judged", "reason"),
    [
        ("T", {"last_written_at": EARLIER}, "fresh", "Too few writes to know its rhythm."),
        (
            "T",
            {"last_written_at": EARLIER, "stale_at": LATER},
            "fresh",
            "Written as often as usual.",
        ),
        (
            "T",
            {"last_written_at": EARLIER, "stale_at": NOW},
            "stale",
            "Its next write is overdue.",
        ),
        (
            "T",
            {"last_written_at": EARLIER, "last_failed_at": NOW, "stale_at": EARLIER},
            "failed",
            "The last write failed.",
        ),
        ("T", {"last_failed_at": NOW}, "failed", "No write has succeeded yet."),
        ("T", {"last_written_at": NOW, "last_failed_at": EARLIER}, "fresh", "Too few"),
        ("T", {"last_written_at": NOW, "last_failed_at": NOW}, "fresh", "Too few"),
        ("T", {}, "never", "No run has written it yet."),
        ("T", {"last_read_at": NOW}, "unknown", "Only ever read: nothing here writes it."),
        (EXTERNAL, {}, "unknown", "External: nothing here writes it."),
        (EXTERNAL, {"last_written_at": NOW}, "fresh", "Too few"),
    ],
)
def test_an_asset_is_judged(type_name: str, times: dict, judged: str, reason: str):
    found = freshness(type_name, state(**times), NOW)
    assert found.state == judged
    assert found.reason.startswith(reason)


def test_what_has_no_state_row_was_never_written():
    assert freshness("T", None, NOW).state == Freshness.NEVER
    assert freshness("External", None, NOW).state == Freshness.UNKNOWN


def test_an_age_counts_from_the_failure_or_the_last_good_write():
    failed = freshness("T", state(last_written_at=EARLIER, last_failed_at=NOW), NOW)
    stale = freshness("T", state(last_written_at=EARLIER, stale_at=NOW), NOW)
    assert (failed.since, stale.since) == (NOW, EARLIER)
    assert freshness("T", state(), NOW).since is None


@pytest.fixture
def every_kind(cast: Cast) -> None:
    """An asset for every combination of types and times, and one without a state row."""
    times = (None, EARLIER, NOW, LATER)
    kinds = product(("T", *EXTERNAL_SPELLINGS[:2]), times, times, (None, EARLIER), times)
    assets, states = [], []
    for number, (type_name, written, failed, read, stale) in enumerate(kinds):
        asset = Asset(tenant=cast.main, public_id=f"a{number}", type=type_name)
        moments = {"last_written_at": written, "last_failed_at": failed, "last_read_at": read}
        states.append(AssetState(asset=asset, tenant=cast.main, stale_at=stale, **moments))
        assets.append(asset)
    Asset.objects.bulk_create([*assets, Asset(tenant=cast.main, public_id="bare", type="T")])
    AssetState.objects.bulk_create(states)
    assert connection.vendor == "postgresql"


def test_the_database_judges_every_row_as_the_badge_does(cast: Cast, every_kind: None):
    seen = Asset.objects.visible_to(cast.access("admin")).select_related("state")
    rows = list(with_freshness(seen, NOW))
    assert len(rows) == 3 * 4 * 4 * 2 * 4 + 1
    judged = {
        asset.public_id: freshness(asset.type, getattr(asset, "state", None), NOW).state
        for asset in rows
    }
    assert {asset.public_id: asset.freshness for asset in rows} == judged
    for one in Freshness:
        found = seen.filter(freshness_q(one, NOW)).values_list("public_id", flat=True)
        assert set(found) == {name for name, its in judged.items() if its == one}


def test_filters_take_the_same_rule_also_turned_round(cast: Cast, every_kind: None):
    seen = Asset.objects.visible_to(cast.access("admin"))
    meaning = meanings(cast.access("admin"), NOW)["state"]
    for one in Freshness:
        stated = seen.filter(meaning(Condition("state", Op.EQUALS, one))).count()
        others = seen.filter(meaning(Condition("state", Op.NOT_EQUALS, one))).count()
        assert stated > 0
        assert stated + others == seen.count()
