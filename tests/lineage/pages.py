"""What tests of pages look at: the text of a page, and its links."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse

from tests.statements import statements
from tests.world import World


@dataclass
class Seen:
    """A page as somebody got it."""

    html: str
    links: list[str] = field(default_factory=list)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def visit(world: World, path: str, who: str = "admin", **headers: str) -> Seen:
    """The page below /main; anything but 200 fails."""
    response: HttpResponse = world.cast.browser(who).get(f"/main{path}", headers=headers)
    assert response.status_code == 200, path
    html = response.content.decode()
    links = _Links()
    links.feed(html)
    return Seen(html, links.found)


def cost(world: World, path: str, who: str = "admin") -> int:
    """SQL statements of a visit below /main, the session's own included."""
    browser = world.cast.browser(who)
    return statements(lambda: browser.get(f"/main{path}"))


def piece(world: World, path: str, who: str = "admin") -> Seen:
    """What htmx gets of it."""
    return visit(world, path, who, **{"HX-Request": "true"})
