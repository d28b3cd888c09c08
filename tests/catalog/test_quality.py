"""Whether tests hold, how large an asset is, and what was measured when: pages and API."""

from datetime import timedelta
from typing import Any

import pytest

from catalog import observations, quality
from catalog.models import Asset, AssetMeasurement
from catalog.quality import sizes_of, verdict_of
from tests.conftest import Cast
from tests.factories import NOW, make_asset
from tests.statements import statements

TAB = "/main/assets/a/-/quality"
API = "/api/v1/main/assets/a"
RUN = {"kind": "execution", "id": "run-7", "namespace": "company.data", "flowId": "checks"}


@pytest.fixture
def asset(cast: Cast) -> Asset:
    return make_asset(cast.main, "a", columns=[{"name": "id"}, {"name": "amount"}])


def measure(asset: Asset, hours: int, kind: str, values: Any, **fields: Any) -> AssetMeasurement:
    number = AssetMeasurement.objects.unscoped("test").count()
    return AssetMeasurement.objects.create(
        **{
            "asset": asset,
            "tenant": asset.tenant,
            "kind": kind,
            "at": NOW + timedelta(hours=hours),
            "values": values,
            "source": RUN,
            "source_key": str(number),
        }
        | fields
    )


def outcome_of(asset: Asset, hours: int, *told: str) -> None:
    """`not_null(id)`, a failed one with `!` in front, with `?` one that is only a warning."""
    assertions = []
    for text in told:
        name, _, column = text.lstrip("!?").rstrip(")").partition("(")
        said = {"assertion": name, "success": text[0] not in "!?"}
        said |= {"column": column} if column else {}
        said |= {"severity": "warn"} if text[0] == "?" else {}
        assertions.append(said)
    measure(asset, hours, "assertions", {"assertions": assertions})


def outcomes(asset: Asset) -> list[tuple[str, str, str]]:
    return [(test.name, test.column, test.outcome) for test in verdict_of(asset).tests]


def test_the_latest_outcome_of_each_test_holds(asset: Asset):
    outcome_of(asset, 1, "!not_null(id)", "unique(id)")
    outcome_of(asset, 2, "not_null(id)", "?accepted(kind)")
    outcome_of(asset, 0, "!unique(id)", "!rows")
    assert outcomes(asset) == [
        ("rows", "", "failed"),
        ("accepted", "kind", "warned"),
        ("not_null", "id", "passed"),
        ("unique", "id", "passed"),
    ]
    verdict = verdict_of(asset)
    assert (verdict.failed, verdict.warned, verdict.passed, verdict.state) == (1, 1, 2, "failed")
    assert [list(test.outcomes) for test in verdict.tests if test.name == "unique"] == [
        [False, True]
    ]


def test_a_run_that_tells_twice_has_one_outcome(asset: Asset):
    held, not_held = ({"assertions": [{"assertion": "a", "success": ok}]} for ok in (True, False))
    for hour, run, values in ((0, "r1", held), (1, "r1", not_held), (2, "r2", held)):
        measure(asset, hour, "assertions", values, source=RUN | {"taskRunId": run})
    assert [list(test.outcomes) for test in verdict_of(asset).tests] == [[False, True]]


def test_tests_with_other_parameters_are_other_tests(asset: Asset):
    said = {"assertion": "between", "column": "amount", "success": True}
    both = [said | {"params": {"max": 9}}, said | {"params": {"max": 5}, "success": False}]
    measure(asset, 0, "assertions", {"assertions": both})
    assert outcomes(asset) == [("between", "amount", "failed"), ("between", "amount", "passed")]


def test_odd_values_cost_nothing_but_themselves(asset: Asset, cast: Cast):
    for values in ({}, {"assertions": "none"}, {"assertions": [7, None, "x", {}]}):
        measure(asset, 0, "assertions", values)
    measure(asset, 0, "metrics", {"rowCount": "many", "columnMetrics": [1]})
    assert cast.browser("viewer").get(TAB).status_code == 200
    assert cast.api("viewer").get(f"{API}/quality").status_code == 200


def test_only_so_many_are_listed_and_all_are_counted(asset: Asset, monkeypatch: Any):
    monkeypatch.setattr(quality, "LISTED", 2)
    outcome_of(asset, 0, "a", "b", "!c")
    verdict = verdict_of(asset)
    assert [test.name for test in verdict.tests] == ["c", "a"]
    assert (verdict.total, verdict.failed, verdict.passed) == (3, 1, 2)


def test_figures_are_the_latest_that_somebody_told(asset: Asset, cast: Cast):
    measure(asset, 0, "metrics", {"rowCount": 10, "bytes": 100})
    measure(asset, 2, "metrics", {"columnMetrics": {"id": {"nullCount": 0}}})
    measure(asset, 1, "metrics", {"rowCount": 30})
    measure(asset, 1, "output", {"rowCount": 5, "size": 7})
    sizes = sizes_of(cast.access("viewer"), asset)
    told = {figure.name: (figure.value, list(figure.trend)) for figure in sizes.holds}
    assert told == {"rowCount": (30, [10, 30]), "bytes": (100, [100])}
    assert [(figure.name, figure.value) for figure in sizes.written] == [
        ("rowCount", 5),
        ("size", 7),
    ]
    assert sizes.read == []


# --- the tab -------------------------------------------------------------------------------------


def test_the_tab_tells_tests_sizes_columns_and_history(cast: Cast, asset: Asset):
    outcome_of(asset, 0, "!not_null(id)", "unique(id)")
    measure(asset, 1, "metrics", {"rowCount": 4711, "bytes": 2048, "columnMetrics": METRICS})
    measure(asset, 2, "metrics", {"rowCount": 4712})
    measure(asset, 3, "lifecycle", {"change": "RENAME", "previous": "old_name"})
    html = cast.browser("viewer").get(TAB).content.decode()
    for text in ("4,712", "2.0\xa0KB", "1 failed", "1 passed", "not_null", "Rename", "old_name"):
        assert text in html, text
    assert html.index(">amount<") > html.index(">id<"), "columns in the order of the schema"
    assert 'class="spark"' in html
    assert "/main/executions/run-7" in html
    assert "1 of 2 failed" in html


METRICS = {"amount": {"nullCount": 3, "min": -0.5}, "id": {"distinctCount": 9}}


def test_the_history_by_kind_and_page(cast: Cast, asset: Asset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(observations, "PAGE", 2)
    for hour in range(3):
        measure(asset, hour, "output", {"rowCount": 100 + hour})
        measure(asset, hour, "input", {"rowCount": 200 + hour})
    client = cast.browser("viewer")
    html = client.get(TAB, {"kind": "output"}).content.decode()
    history = html[html.index('id="history"') :]
    assert "102 rows" in history
    assert "100 rows" not in history
    assert "202 rows" not in history
    cursor = html.split("cursor=", 1)[1].split('"', 1)[0]
    older = client.get(
        f"{TAB}?kind=output&cursor={cursor}", headers={"HX-Request": "true"}
    ).content.decode()
    assert "100 rows" in older
    assert "<h1" not in older
    assert client.get(TAB, {"cursor": "x"}).status_code == 404
    assert client.get(TAB, {"kind": "nonsense"}).status_code == 200


def test_nothing_measured_says_how_it_comes(cast: Cast, asset: Asset):
    assert "dataQualityMetrics" in cast.browser("viewer").get(TAB).content.decode()


def test_the_overview_is_loud_about_what_fails(cast: Cast, asset: Asset):
    client = cast.browser("viewer")
    assert "Quality" in client.get("/main/assets/a").content.decode(), "the tab"
    assert 'id="quality"' not in client.get("/main/assets/a").content.decode()
    outcome_of(asset, 0, "unique(id)")
    html = client.get("/main/assets/a").content.decode()
    assert 'id="quality"' in html
    assert "Failing tests" not in html
    outcome_of(asset, 1, "!unique(id)", "!rows", "fine")
    html = client.get("/main/assets/a").content.decode()
    assert "2 of 3 tests fail" in html


def test_statements_do_not_grow(cast: Cast, asset: Asset):
    outcome_of(asset, 0, "a")
    client = cast.browser("viewer")
    before = statements(lambda: client.get(TAB)), statements(lambda: client.get("/main/assets/a"))
    for hour in range(1, 9):
        outcome_of(asset, hour, *(f"t{n}" for n in range(20)))
        measure(asset, hour, "metrics", {"rowCount": hour, "columnMetrics": METRICS})
    after = statements(lambda: client.get(TAB)), statements(lambda: client.get("/main/assets/a"))
    assert after == before
    assert max(after) <= 15


# --- the API -------------------------------------------------------------------------------------


def test_measurements_through_the_api(cast: Cast, asset: Asset):
    for hour in range(5):
        measure(asset, hour, "output", {"rowCount": hour})
    measure(asset, 9, "metrics", {"rowCount": 9})
    client, cursor, found = cast.api("viewer"), "", []
    while cursor is not None:
        params = {"size": 2} | ({"cursor": cursor} if cursor else {})
        answer = client.get(f"{API}/measurements", params).json()
        found += [(one["kind"], one["values"]["rowCount"]) for one in answer["results"]]
        cursor = answer.get("nextCursor")
    assert found == [("metrics", 9), *(("output", hour) for hour in (4, 3, 2, 1, 0))]
    [latest, *_] = client.get(f"{API}/measurements", {"kind": "output"}).json()["results"]
    assert latest == {
        "kind": "output",
        "at": "2026-11-20T16:00:00Z",
        "values": {"rowCount": 4},
        "source": RUN,
    }
    for wrong in ({"kind": "guess"}, {"size": "0"}, {"size": "501"}, {"cursor": "x"}):
        problem = client.get(f"{API}/measurements", wrong)
        assert problem.status_code == 400
        assert problem.json()["errors"][0]["field"] == next(iter(wrong))


def test_quality_through_the_api(cast: Cast, asset: Asset):
    outcome_of(asset, 0, "!not_null(id)", "unique(id)")
    measure(asset, 1, "metrics", {"rowCount": 3, "columnMetrics": METRICS})
    answer = cast.api("viewer").get(f"{API}/quality").json()
    assert answer["state"] == "failed"
    assert answer["counts"] == {"failed": 1, "warned": 0, "passed": 1}
    assert answer["tests"][0] == {
        "test": "not_null",
        "column": "id",
        "outcome": "failed",
        "at": "2026-11-20T12:00:00Z",
        "outcomes": [False],
        "assertion": {"assertion": "not_null", "column": "id", "success": False},
        "source": RUN,
    }
    assert answer["sizes"]["holds"]["rowCount"]["value"] == 3
    assert list(answer["columns"]) == ["id", "amount"]
    by_id = cast.api("viewer").get("/api/v1/main/assets/by-id/quality", {"id": "a"})
    assert by_id.json() == answer
