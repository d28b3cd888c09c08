"""Files of a dbt project in the form: looked at first, without choosing them twice."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import flaws
from tests.lineage.dbt.builders import HARBOUR


@pytest.mark.slow
def test_a_preview_keeps_the_files_and_writes_nothing(open_as):
    page = open_as("editor")
    page.goto("/main/dbt")
    expect(page.get_by_role("heading", name="No dbt project yet")).to_be_visible()
    for name in ("manifest", "catalog", "run_results"):
        page.get_by_label(f"{name}.json").set_input_files(HARBOUR / f"{name}.json")
    page.get_by_text("More options").click()
    page.get_by_label("Flow id").fill("quay")
    for _ in range(2):  # the second time with the files that are still chosen
        page.get_by_role("button", name="Show what would change").click()
        expect(page.get_by_role("heading", name="This would change: harbour")).to_be_visible()
    assert page.get_by_label("manifest.json").evaluate("input => input.files.length") == 1
    expect(page.get_by_role("row", name="harbour.main.berths")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    found = flaws(page)
    assert not found, "\n".join(found)
    page.get_by_label("Namespace", exact=True).fill("Not One")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert")).to_contain_text("must start with a lower-case letter")
    page.reload()
    expect(page.get_by_role("heading", name="No dbt project yet")).to_be_visible()
