"""Asset actions on the asset's page: offered when they hold, as links to their flows (K1.9)."""

import pytest

from catalog.models import Asset
from lineage.queries.orchestrator import flow_url
from tests.factories import make_execution
from tests.lineage.pages import visit
from tests.world import World

ACTIONS = [
    {"namespace": "company.data", "flowId": "build_orders", "label": "Build <again>"},
    {
        "namespace": "company.data",
        "flowId": "stop",
        "when": [{"field": "status", "op": "EQ", "value": "leased"}],
    },
    {"namespace": "company.finance", "flowId": "close_books", "label": "Close"},
]
URL = "https://kestra.example/ui/main/executions/company.data/build_orders/e9"


@pytest.fixture
def offering(world: World) -> World:
    Asset.objects.unscoped("test").filter(pk=world.orders.pk).update(actions=ACTIONS)
    return world


def test_k1_9_the_page_offers_what_holds(offering: World) -> None:
    page = visit(offering, "/assets/orders")
    assert "Build &lt;again&gt;" in page.html
    assert "company.data.stop" not in page.html
    assert 'hx-get="/main/assets/orders/-/offers"' in page.html


def test_k1_9_an_action_leads_to_the_orchestrator_or_to_the_flow_here(offering: World) -> None:
    page = visit(offering, "/assets/orders/-/offers")
    assert page.links == [
        "/main/flows/company.data/build_orders",
        "/main/flows/company.finance/close_books",
    ]
    make_execution(offering.build_orders, "e9", url=URL)
    assert visit(offering, "/assets/orders/-/offers").links[0] == (
        "https://kestra.example/ui/main/flows/edit/company.data/build_orders"
    )


def test_k1_9_a_flow_out_of_reach_is_named_without_a_link(offering: World) -> None:
    page = visit(offering, "/assets/orders/-/offers", "viewer")
    assert page.links == ["/main/flows/company.data/build_orders"]
    assert "Close" in page.html


def test_k1_9_the_api_says_which_are_offered(offering: World) -> None:
    shown = offering.cast.api("viewer").get("/api/v1/main/assets/orders").json()
    assert [action["offered"] for action in shown["assetActions"]] == [True, False, True]
    assert shown["assetActions"][1]["when"] == ACTIONS[1]["when"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://airflow.example/dags/build_orders/grid",
        "https://kestra.example/ui/main/executions/company.data/other/e9",
        "javascript:alert(1)//executions/company.data/build_orders/e9",
    ],
)
def test_an_address_of_another_shape_leads_nowhere(url: str) -> None:
    assert flow_url(url, "company.data", "build_orders") == ""
