"""Assets answer to every spelling that an OpenLineage client has used of them."""

import pytest

from tests.conftest import Cast
from tests.lineage.events import dataset, event, post

ASSETS = "/api/v1/main/assets/by-id"


@pytest.mark.parametrize(
    ("namespace", "name", "id_"),
    [
        ("s3a://lake", "/raw//orders/", "s3://lake/raw/orders"),
        ("postgres://DB", "shop.public.orders", "postgres://db:5432/shop.public.orders"),
    ],
)
def test_the_names_as_they_were_sent_lead_to_the_asset(
    cast: Cast, namespace: str, name: str, id_: str
):
    post(cast.access("ingest"), event("COMPLETE", 1, 1, outputs=[dataset((namespace, name))]))
    api = cast.api("admin")
    for asked in (id_, f"{namespace}/{name.strip('/')}"):
        answer = api.get(ASSETS, {"id": asked})
        assert answer.status_code == 200, asked
        assert answer.json()["id"] == id_


def test_a_password_in_a_namespace_is_no_name(cast: Cast):
    name = ("postgres://me:secret@db:5432", "shop.public.orders")
    post(cast.access("ingest"), event("COMPLETE", 1, 1, outputs=[dataset(name)]))
    found = cast.api("admin").get(ASSETS, {"id": "postgres://db:5432/shop.public.orders"})
    assert found.status_code == 200
    listed = cast.api("admin").get("/api/v1/main/assets/search").content.decode()
    assert "secret" not in listed
