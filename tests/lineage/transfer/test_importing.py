"""Files in: what rows do, what they may not, and what a dry run tells beforehand."""

import gzip
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Asset, AssetAlias, AssetChange, AssetLock
from lineage.models import Edge, Flow
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.transfer.files import everything, lines, send, told
from tests.statements import statements
from tests.world import World

A = {"id": "a", "type": "Table", "namespace": "company.data"}
B = {"id": "b", "type": "Table", "namespace": "company.data"}
FEED = {"upstream": "a", "downstream": "b", "note": "Every Monday."}


def ids(cast: Cast) -> set[str]:
    rows = Asset.objects.unscoped("test").filter(tenant=cast.main)
    return set(rows.values_list("public_id", flat=True))


def problems(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    """(row, field, message) of everything that is wrong."""
    return [
        (result["row"], error["field"], error["message"])
        for result in answer["results"]
        for error in result["errors"]
    ]


def test_edges_may_stand_before_their_assets(cast: Cast):
    answer = send(cast, lines(FEED, A, B))
    assert told(answer) == [("a", "created"), ("b", "created"), ("a → b", "created")]
    assert answer["summary"] == {
        "received": 3,
        "successful": 3,
        "failed": 0,
        "assets": {"created": 2},
        "edges": {"created": 1},
    }
    assert [result["row"] for result in answer["results"]] == [2, 3, 1]
    [edge] = Edge.objects.unscoped("test").all()
    assert (edge.kind, edge.stated, edge.runs, edge.created_by) == (
        "manual",
        True,
        0,
        cast.users["admin"],
    )
    kinds = AssetChange.objects.unscoped("test").values_list("kind", flat=True)
    assert sorted(kinds) == ["created", "created", "updated", "updated"]


def test_good_rows_go_in_and_bad_ones_fail_alone(cast: Cast):
    text = lines(A, {"id": "c d", "type": "T"}, {"id": "e"}, B, 7, FEED, FEED | {"upstream": "z"})
    answer = send(cast, text + "\n{\n")
    assert answer["status"] == "partial_success"
    assert problems(answer) == [
        (5, "", "must be a map with id, or with upstream and downstream"),
        (8, "", problems(answer)[1][2]),
        (2, "id", "must not contain U+0020 (space)"),
        (3, "type", "is required: there is no such asset yet"),
        (7, "upstream", "There is no asset “z”."),
    ]
    assert "is not valid JSON" in problems(answer)[1][2]
    assert ids(cast) == {"a", "b"}
    assert answer["summary"]["failed"] == 5 and answer["summary"]["successful"] == 3


def test_all_or_nothing(cast: Cast):
    bad = lines(A, {"id": "e"}, B, FEED)
    answer = send(cast, bad, atomic="true", status=422)
    assert answer["status"] == "failure"
    assert told(answer) == [
        ("a", "unchanged"),
        ("e", "failed"),
        ("b", "unchanged"),
        ("a → b", "unchanged"),
    ]
    assert (answer["summary"]["successful"], answer["summary"]["failed"]) == (0, 1)
    assert ids(cast) == set() and not Edge.objects.unscoped("test").exists()
    assert not AssetChange.objects.unscoped("test").exists()
    answer = send(cast, lines(A, B, FEED, {"id": "a", "displayName": "A"}), atomic="true")
    assert [status for _, status in told(answer)] == ["created", "created", "updated", "created"]
    assert ids(cast) == {"a", "b"}


def test_the_same_asset_several_times(cast: Cast):
    again = [
        A | {"displayName": "One"},
        {"id": "a", "owners": ["x"]},
        {"id": "a", "owners": ["x"]},
    ]
    for params in ({"dryRun": "true"}, {}):
        answer = send(cast, lines(A, *again), **params)
        assert [s for _, s in told(answer)] == ["created", "updated", "updated", "unchanged"]
    asset = Asset.objects.unscoped("test").get()
    assert (asset.display_name, asset.owners) == ("One", ["x"])


def test_nothing_said_keeps_and_null_takes_back(cast: Cast):
    whole = A | {
        "displayName": "A",
        "description": "D",
        "owners": ["x"],
        "tags": ["t"],
        "status": "odd",
        "ttl": "2027-01-01T00:00:00.000Z",
        "metadata": {"a": 1, "b": 2},
        "columns": [{"name": "c"}],
        "partOf": "w",
    }
    send(cast, lines(whole))
    assert told(send(cast, lines({"id": "a"}))) == [("a", "unchanged")]
    send(cast, lines({"id": "a", "metadata": {"a": None, "c": 3}}))
    assert Asset.objects.unscoped("test").get().metadata == {"b": 2, "c": 3}
    nulls = dict.fromkeys(whole.keys() - {"id", "type"})
    assert told(send(cast, lines({"id": "a"} | nulls))) == [("a", "updated")]
    [value] = everything(cast, "main")
    assert value == {"kind": "asset", "id": "a", "type": "Table", "status": "active"}


def test_csv_with_cells_of_people(cast: Cast):
    send(cast, lines(A | {"displayName": "A", "owners": ["x"]}))
    text = (
        "﻿ID;Display Name;Owners\r\n".replace("Display Name", "displayName")
        + "a;\\N;finance; \r\n".replace("finance; ", '"finance; sales"')
        + "b;'=B;\r\n"
    )
    answer = send(cast, text, "csv")
    assert told(answer) == [("a", "updated"), ("b", "failed")]
    assert [(r["row"], r["line"]) for r in answer["results"]] == [(1, 2), (2, 3)]
    asset = Asset.objects.unscoped("test").get()
    assert (asset.display_name, asset.owners) == (None, ["finance", "sales"])


def test_a_dry_run_tells_and_changes_nothing(cast: Cast):
    send(cast, lines(A | {"displayName": "Old", "metadata": {"rows": 1}}))
    before = everything(cast, "main")
    text = lines(
        {"id": "a", "displayName": "New", "metadata": {"rows": 2}},
        B | {"aliases": ["b_old"]},
        FEED,
        {"upstream": "b_old", "downstream": "a"},
        {"id": "c d"},
    )
    answer = send(cast, text, dryRun="true")
    assert answer["dryRun"] and answer["status"] == "partial_success"
    results = {result["id"]: result for result in answer["results"]}
    assert results["a"]["changes"] == {"displayName": ["Old", "New"], "metadata.rows": [1, 2]}
    assert results["b"]["status"] == "created"
    assert results["b"]["changes"]["namespace"] == [None, "company.data"]
    assert results["b_old"] == results["b_old"] | {"kind": "alias", "status": "created"}
    assert results["a → b"]["changes"]["note"] == [None, "Every Monday."]
    assert results["b → a"]["status"] == "created"
    assert results["c d"]["status"] == "failed"
    assert everything(cast, "main") == before and ids(cast) == {"a"}
    assert not Edge.objects.unscoped("test").exists()
    assert "changes" not in send(cast, text)["results"][0]


NAMES = st.sampled_from("abc")
ROWS = st.one_of(
    st.fixed_dictionaries(
        {"id": NAMES},
        optional={
            "type": st.sampled_from(["Table", "File", None]),
            "namespace": st.sampled_from(["company.data", "company.finance", None]),
            "displayName": st.sampled_from(["One", "Two", None]),
            "owners": st.sampled_from([["x"], ["y", "z"], None]),
            "metadata": st.sampled_from([{"k": 1}, {"k": None}, {"k": "x" * 70_000}, None]),
            "aliases": st.sampled_from([["d"], ["a"], [{"name": "e", "source": "dbt"}]]),
        },
    ),
    st.fixed_dictionaries(
        {"upstream": st.sampled_from("abcd"), "downstream": st.sampled_from("abcde")},
        optional={
            "note": st.sampled_from(["n", "m", None]),
            "columns": st.sampled_from([[], [{"upstream": "x", "downstream": "y"}]]),
            "flowId": st.just("f"),
            "flowNamespace": st.just("company.data"),
        },
    ),
)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.lists(ROWS, max_size=4),
    rows=st.lists(ROWS, min_size=1, max_size=8),
    size=st.integers(1, 3),
)
def test_a_dry_run_tells_what_the_import_then_does(
    cast: Cast,
    grant: Any,
    monkeypatch: pytest.MonkeyPatch,
    before: list[Any],
    rows: list[Any],
    size: int,
):
    """Whatever is there, whatever the file says, and however it is cut into sets."""
    monkeypatch.setattr("lineage.transfer.importing.SET", size)
    if "dora" not in cast.users:
        grant("dora", "Editor", "company.data")
    for rows_of in (Edge, AssetAlias, Asset, Flow):
        rows_of.objects.unscoped("test").all().delete()
    send_any(cast, before, "admin")
    foretold = send_any(cast, rows, "dora", dryRun="true")
    done = send_any(cast, rows, "dora")
    keys = ("row", "kind", "id", "status", "errors")
    plain = [[[one[key] for key in keys] for one in run["results"]] for run in (foretold, done)]
    assert plain[0] == plain[1]
    assert foretold["summary"] == done["summary"]


def send_any(cast: Cast, rows: list[Any], who: str, **params: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    answer = cast.api(who).post(
        f"/api/v1/main/import?{query}", lines(*rows), content_type="application/x-ndjson"
    )
    return json.loads(b"".join(answer))


def test_other_names(cast: Cast):
    named = A | {"aliases": ["old", {"name": "pg://x/a", "source": "symlink"}]}
    answer = send(cast, lines(named, B))
    assert told(answer)[2:] == [("old", "created"), ("pg://x/a", "created")]
    sources = AssetAlias.objects.unscoped("test").values_list("name", "source")
    assert dict(sources) == {"old": "manual", "pg://x/a": "symlink"}
    assert told(send(cast, lines(named)))[1:] == [("old", "unchanged"), ("pg://x/a", "unchanged")]
    answer = send(cast, lines({"id": "b", "aliases": ["old", "a", "b"]}))
    assert told(answer) == [
        ("b", "unchanged"),
        ("old", "failed"),
        ("a", "failed"),
        ("b", "unchanged"),
    ]
    assert problems(answer)[0][2] == "“old” is a name of another asset already."
    answer = send(cast, lines({"id": "old", "displayName": "By its other name"}))
    assert told(answer) == [("old", "updated")]
    assert Asset.objects.unscoped("test").get(public_id="a").display_name == "By its other name"


@pytest.mark.parametrize(
    ("aliases", "field"),
    [
        ("x", "aliases"),
        ([7], "aliases[0]"),
        ([{"name": "x", "source": "guess"}], "aliases[0]"),
        (["a b"], "aliases[0]"),
    ],
)
def test_names_that_cannot_be_used(cast: Cast, aliases: Any, field: str):
    answer = send(cast, lines(A | {"aliases": aliases}), status=422)
    assert [problem[1] for problem in problems(answer)] == [field]


def test_edges_of_runs_of_elsewhere(cast: Cast):
    edge = {
        **FEED,
        "origin": "dbt",
        "flowNamespace": "company.data",
        "flowId": "shop",
        "taskId": "orders",
        "sql": "select 1",
        "firstSeen": "2026-01-01T00:00:00Z",
        "lastSeen": "2026-02-01T00:00:00+01:00",
    }
    send(cast, lines(A, B, edge))
    [stored] = Edge.objects.unscoped("test").select_related("flow")
    assert stored.flow and (stored.flow.public_id, stored.task_id) == ("shop", "orders")
    assert (stored.kind, stored.sql, stored.stated) == ("dbt", "select 1", True)
    assert stored.first_seen.isoformat() == "2026-01-01T00:00:00+00:00"
    assert stored.last_seen.isoformat() == "2026-01-31T23:00:00+00:00"
    wrong = [
        FEED | {"origin": "guess"},
        FEED | {"flowId": "f"},
        FEED | {"firstSeen": "yesterday"},
        FEED | {"downstream": "a"},
        FEED | {"color": "red"},
    ]
    fields = [field for _, field, _ in problems(send(cast, lines(*wrong), status=422))]
    assert fields == ["origin", "flowNamespace", "firstSeen", "downstream", "color"]


def test_only_what_one_may(world: World, grant: Any):
    """Nobody has declared what the world holds: a first word on it creates it."""
    grant("dora", "Editor", "company.data")
    text = lines(
        {"id": "new", "type": "T"},
        {"id": "newer", "type": "T", "namespace": "company.finance"},
        {"id": "newest", "type": "T", "namespace": "company.data"},
        {"id": "orders", "displayName": "Mine"},
        {"upstream": "orders", "downstream": "ledger"},
        {"upstream": "ledger", "downstream": "orders"},
        {"upstream": "newest", "downstream": "orders", "flowNamespace": "x", "flowId": "f"},
    )
    answer = send(world.cast, text, who="dora")
    assert [status for _, status in told(answer)] == [
        "failed",
        "failed",
        "created",
        "created",
        "failed",
        "failed",
        "failed",
    ]
    assert [field for _, field, _ in problems(answer)] == [
        "namespace",
        "namespace",
        "downstream",
        "upstream",
        "flowNamespace",
    ]
    assert "There is no asset “ledger”." in problems(answer)[2][2]
    world.ledger.refresh_from_db()
    assert not Edge.objects.unscoped("test").filter(stated=True).exists()


def test_a_tenant_that_requires_namespaces(cast: Cast):
    cast.main.requires_existing_namespaces = True
    cast.main.save()
    for params in ({"dryRun": "true"}, {}):
        answer = send(cast, lines(A), status=422, **params)
        assert problems(answer)[0][1] == "namespace"


def test_a_lock_fails_its_row(world: World):
    world.cast.api("admin").post("/api/v1/main/assets/orders/lock")
    text = lines(
        {"id": "orders", "tags": ["x"]},
        {"id": "stg_orders", "tags": ["x"], "aliases": ["s"]},
        {"upstream": "stg_orders", "downstream": "orders"},
    )
    answer = send(world.cast, text, who="editor")
    assert [status for _, status in told(answer)] == ["failed", "created", "created", "failed"]
    AssetLock.objects.unscoped("test").all().delete()
    assert send(world.cast, text, who="editor")["status"] == "success"


def test_a_deleted_asset_comes_back(cast: Cast):
    send(cast, lines(A))
    cast.api("admin").delete("/api/v1/main/assets/a")
    assert told(send(cast, lines(A | {"tags": ["x"]}))) == [("a", "updated")]
    assert Asset.objects.unscoped("test").get().deleted_at is None


def test_files_as_they_are_sent(cast: Cast):
    api = cast.api("admin")
    packed = gzip.compress(lines(A).encode())

    def post(body: Any, url: str = "/api/v1/main/import", **more: Any) -> Any:
        answer = api.post(url, body, **more)
        return answer, json.loads(answer.getvalue())

    answer, told_ = post(packed, content_type="application/x-ndjson", HTTP_CONTENT_ENCODING="gzip")
    assert (answer.status_code, told_["summary"]["assets"]) == (200, {"created": 1})
    for name, body in (
        ("catalog.jsonl.gz", packed),
        ("catalog.JSONL", lines(A).encode()),
        ("catalog.csv", b"id,type\na,Table\n"),
        ("catalog.yml", b"- id: a\n  type: Table\n"),
    ):
        file = io.BytesIO(body)
        file.name = name
        answer, told_ = post({"file": file}, format="multipart")
        assert told_["summary"]["assets"] == {"unchanged": 1}, name
    file = io.BytesIO(lines(A).encode())
    file.name = "catalog"
    assert post({"file": file}, format="multipart")[0].status_code == 400
    file.seek(0)
    url = "/api/v1/main/import?format=jsonl"
    assert post({"file": file}, url, format="multipart")[0].status_code == 200
    assert post({}, format="multipart")[0].status_code == 422
    assert post(lines(A), url, content_type="text/plain")[0].status_code == 200
    assert post(lines(A), content_type="text/plain")[0].status_code == 415
    assert (
        post(b"x", url, content_type="text/plain", HTTP_CONTENT_ENCODING="br")[0].status_code
        == 415
    )
    broken = post(packed[:20], url, content_type="text/plain", HTTP_CONTENT_ENCODING="gzip")
    assert broken[0].status_code == 400
    assert post(b"x", f"{url}&atomic=perhaps", content_type="text/plain")[0].status_code == 400
    assert (
        post(b"x", "/api/v1/main/import?format=xls", content_type="text/csv")[0].status_code == 400
    )


def test_a_file_that_cannot_be_used(cast: Cast):
    answer = cast.api("admin").post(
        "/api/v1/main/import", "name;type\na;b\n", content_type="text/csv"
    )
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["line"] == 1 and "Column “name” is unknown" in error["message"]
    assert send(cast, "", "jsonl")["status"] == "success"


@pytest.mark.parametrize("packed", [True, False])
def test_too_large(cast: Cast, settings: Any, packed: bool):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    body = (lines(A) + "\n").encode() * 300
    headers = {"HTTP_CONTENT_ENCODING": "gzip"} if packed else {}
    body = gzip.compress(body) if packed else body
    answer = cast.api("admin").post(
        "/api/v1/main/import", body, content_type="application/x-ndjson", **headers
    )
    assert answer.status_code == 413
    assert not Asset.objects.unscoped("test").exists()


def test_fewer_results(cast: Cast):
    text = lines(A, A, {"id": "c d"})
    send(cast, lines(A))
    assert len(send(cast, text, results="all")["results"]) == 3
    assert len(send(cast, text, results="changed")["results"]) == 1
    assert len(send(cast, text + "\n" + lines(B), results="changed")["results"]) == 2
    assert told(send(cast, text, results="failed")) == [("c d", "failed")]


@pytest.mark.parametrize("rows", [2, 200])
@pytest.mark.parametrize("params", [{}, {"dryRun": "true"}, {"atomic": "true"}])
def test_statements_do_not_grow_with_the_rows(cast: Cast, rows: int, params: dict[str, str]):
    numbers = iter(range(100))

    def run() -> None:
        n = next(numbers)
        values = [
            {"id": f"a{i}", "type": "T", "displayName": f"{n}", "aliases": [f"b{i}"]}
            for i in range(rows)
        ]
        edges = [{"upstream": "a0", "downstream": f"a{i}", "note": f"{n}"} for i in range(1, rows)]
        assert send(cast, lines(*values, *edges), **params)["status"] == "success"

    assert statements(run) <= 36


def test_the_history_names_who_imported(cast: Cast):
    make_asset(cast.main, "seen")
    send(cast, lines(A), who="ingest")
    change = AssetChange.objects.unscoped("test").get()
    assert change.source["label"] == "kestra"
