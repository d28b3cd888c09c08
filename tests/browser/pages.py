"""Pages as their users see them, by labels and roles: what has no name is not found."""

from __future__ import annotations

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
        """Names in the Gantt, from top to bottom."""
        return self.page.locator(
            "#gantt .line:not(.head) > span:first-child > .truncate"
        ).evaluate_all("names => names.map((name) => name.textContent)")

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
