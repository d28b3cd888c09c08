"""What no page may do, whatever the test is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

#: What Chromium says of a request that the page itself took back, by leaving or by asking anew.
TAKEN_BACK = "net::ERR_ABORTED"


@dataclass
class Watch:
    """Notes errors and warnings of the console (the CSP's too), bad answers, other hosts."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self.console)
        context.on("weberror", self.exception)
        context.on("request", self.request)
        context.on("requestfailed", self.request_failed)
        context.on("response", self.response)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.note(f"console: {message.text}", message.location["url"])

    def exception(self, error: WebError) -> None:
        self.note(f"uncaught: {error.error}", error.page.url if error.page else "")

    def request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "blob:", "data:")):
            self.note("another host", request.url)

    def request_failed(self, request: Request) -> None:
        if request.failure != TAKEN_BACK:
            self.note(f"failed: {request.failure}", request.url)

    def response(self, response: Response) -> None:
        if response.status >= 400:
            self.note(f"answered {response.status}", response.url)

    def note(self, what: str, where: str) -> None:
        self.complaints.append(f"{what} ({where.removeprefix(self.origin)})")

    @contextmanager
    def expecting(self, *wanted: str) -> Iterator[None]:
        """Within, these complaints must come, each once, and no others."""
        before, self.complaints = self.complaints, []
        yield
        unmet = [word for word in wanted if not any(word in said for said in self.complaints)]
        other = [said for said in self.complaints if not any(word in said for word in wanted)]
        assert not unmet and not other, f"missing: {unmet}; not expected: {other}"
        self.complaints = before
