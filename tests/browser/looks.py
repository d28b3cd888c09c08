"""What every page must look like: fit its window, and be usable by everybody."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (400, 1024, 1280, 1440)
HEIGHT = 900
LOOKS = (("light", 400), ("light", 1024), ("light", 1280), ("light", 1440), ("dark", 1440))
#: axe's words for what keeps somebody out; "moderate" and "minor" are advice.
GRAVE = {"serious", "critical"}
AXE = Axe()
RUN_ALL = {"resultTypes": ["violations"]}


def sideways(page: Page) -> list[str]:
    """What sticks out of the window to the right, if the page as a whole can be scrolled there, or
    out of its card."""
    return page.evaluate(
        """() => {
            const root = document.documentElement;
            const spilt = [...document.querySelectorAll(".table-wrap")].filter((box) =>
                box.scrollWidth > box.clientWidth + 1
                && getComputedStyle(box).overflowX === "visible");
            if (root.scrollWidth <= root.clientWidth)
                return spilt.map((box) => `a table of ${box.scrollWidth} in ${box.clientWidth}`);
            const wide = [...document.body.querySelectorAll("*")]
                .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
            return [`the page is ${root.scrollWidth} wide`,
                ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
        }"""
    )


def barriers(page: Page) -> list[str]:
    """Grave violations of axe's rules, none of them left out: rule, why, and where."""
    return [
        f"{found['id']}: {found['help']} · {node['html'][:160]} · {node['failureSummary']}"
        for found in AXE.run(page, options=RUN_ALL).response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"][:3]
    ]


def flaws(page: Page) -> list[str]:
    """All of it, in every theme and width. Colours do not change what fits, so each width is
    looked at once, and axe looks where the layout or the colours are new to it."""
    found = []
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": HEIGHT})
        seen = sideways(page) if theme == "light" else []
        if width not in (1024, 1280):
            seen += barriers(page)
        found += [f"{theme} at {width}: {flaw}" for flaw in seen]
    return found
