"""Pages as their users see them, by labels and roles: what has no name is not found."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.story import TENANT
from tests.conftest import PASSWORD


class Login:
    def __init__(self, page: Page) -> None:
        self.page = page

    def visit(self, to: str = "/") -> Login:
        """`to`: where a login leads."""
        self.page.goto(f"/accounts/login/?next={to}")
        return self

    def sign_in(self, name: str) -> None:
        self.page.get_by_label("Email").fill(f"{name}@example.com")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Account:")).to_be_visible()


class Shell:
    """What is around every page of a tenant."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name)

    def go(self, name: str) -> None:
        self.link(name).click()
        expect(self.link(name)).to_have_attribute("aria-current", "page")

    def switch_tenant(self, slug: str) -> None:
        self.page.get_by_role("button", name="Tenant:").click()
        self.page.locator("#tenants").get_by_role("link", name=slug).click()

    def choose_theme(self, name: str) -> None:
        self.page.get_by_role("button", name="Theme").click()
        self.page.get_by_role("button", name=name, exact=True).click()


class Catalog(Shell):
    def visit(self) -> Catalog:
        self.page.goto(f"/{TENANT}/catalog")
        return self

    @property
    def search(self) -> Locator:
        return self.page.get_by_role("searchbox", name="Search the catalog")

    @property
    def count(self) -> Locator:
        return self.page.locator("#count")

    def asset(self, name: str) -> Locator:
        return self.page.get_by_role("region", name="Results").get_by_role(
            "link", name=name, exact=True
        )


class Asset(Shell):
    def visit(self, asset_id: str) -> Asset:
        self.page.goto(f"/{TENANT}/assets/{asset_id}")
        return self

    def tab(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Asset").get_by_role("link", name=name)


class Execution(Shell):
    def task_runs(self) -> list[str]:
        """What the Gantt's lines are called, from top to bottom: tasks, and their iterations."""
        return self.page.locator("#gantt .line > :first-child .truncate").all_inner_texts()

    def assets_of(self, task: str) -> Locator:
        table = self.page.get_by_role("region", name="Assets by task run")
        return table.get_by_role("row").filter(has=self.page.get_by_role("link", name=task))

    @property
    def problems(self) -> Locator:
        return self.page.get_by_role("region", name="Problems")


class Flow(Shell):
    @property
    def source(self) -> Locator:
        return self.page.locator("#source pre")

    @property
    def reads(self) -> Locator:
        return self.page.get_by_role("region", name="Reads")

    @property
    def writes(self) -> Locator:
        return self.page.get_by_role("region", name="Writes")


class Graph(Shell):
    """The lineage explorer, or an asset's lineage tab."""

    def visit(self, asset_id: str) -> Graph:
        self.page.goto(f"/{TENANT}/lineage?asset={asset_id}")
        return self

    @property
    def picture(self) -> Locator:
        return self.page.get_by_role("group", name="Graph; scroll to see all of it")

    def node(self, name: str) -> Locator:
        """An asset by its label, a flow by its id."""
        words = re.compile(rf"^(Table|External|Flow) {name}\b")
        return self.picture.get_by_role("link", name=words)

    def more(self, side: str, name: str) -> Locator:
        """The `+n` that shows what is `side` ("upstream", "downstream") of an asset."""
        words = re.compile(rf"^Show \d+ more {side} of {name}$")
        return self.picture.get_by_role("link", name=words)

    @property
    def inspector(self) -> Locator:
        return self.page.get_by_role("complementary", name="Selected")
