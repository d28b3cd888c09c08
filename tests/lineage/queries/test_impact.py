"""What a change reaches, counted for who asks."""

from catalog.models import Asset
from lineage.queries.horizon import Horizon
from lineage.queries.impact import reach
from tests.conftest import Cast
from tests.factories import make_asset, make_flow
from tests.lineage.graphs import add_edge, arrows, hide
from tests.statements import statements


def test_everything_downstream_is_counted_once(cast: Cast):
    assets = arrows(cast.main, "a>b>d a>c>d d>b up>a")
    rows = Asset.objects.unscoped("test")
    rows.filter(pk__in=[assets["b"].pk, assets["c"].pk]).update(owners=["sales"])
    rows.filter(pk=assets["d"].pk).update(owners=["sales", "risk"])
    add_edge(assets["d"], None, make_flow(cast.main, "report"))
    impact = reach(cast.access("admin"), assets["a"].pk, "downstream")
    assert (impact.assets, impact.flows, impact.namespaces) == (3, 2, 1)
    assert impact.owners == {"sales": 3, "risk": 1}
    assert list(impact.owners) == ["sales", "risk"]
    assert impact.owner_count == 2
    assert impact.types == {assets["a"].type: 3}
    assert reach(cast.access("admin"), assets["a"].pk, "upstream").assets == 1


def test_a_depth_bounds_it(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d")
    access, start = cast.access("admin"), assets["a"].pk
    assert reach(access, start, "downstream", Horizon(depth=2)).assets == 2


def test_what_is_hidden_is_counted_apart(cast: Cast):
    assets = arrows(cast.main, "a>b>c", namespace="company.finance")
    Asset.objects.unscoped("test").filter(pk=assets["b"].pk).update(owners=["secret team"])
    hide([assets["b"]])
    impact = reach(cast.access("viewer"), assets["a"].pk, "downstream")
    assert (impact.assets, impact.restricted_assets) == (1, 1)
    assert (impact.flows, impact.restricted_flows) == (0, 1)
    assert impact.owners == {}


def test_nothing_lies_behind_a_leaf(cast: Cast):
    leaf = make_asset(cast.main, "leaf")
    impact = reach(cast.access("viewer"), leaf.pk, "downstream")
    assert (impact.assets, impact.restricted_assets, impact.flows, impact.types) == (0, 0, 0, {})


def test_one_statement(cast: Cast):
    assets = arrows(cast.main, "a>b>c>d")
    access = cast.access("viewer")
    assert statements(lambda: reach(access, assets["a"].pk, "downstream")) == 1
