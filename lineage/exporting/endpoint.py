"""An OpenLineage endpoint, by the official client's HTTP transport.

Its transport sees to authorisation, compression, TLS and retries of what is lost on the way; what
it sends one by one, and forgets how it was answered, is done here: whole bodies, so that batches
go to `…/batch` (OpenLineage.yml), and answers that tell a refused event from a server in trouble.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from django.utils import timezone
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpCompression,
    HttpConfig,
    HttpTransport,
    TokenProvider,
)
from requests import RequestException, Response
from urllib3.util import Retry

from lineage.exporting.destinations import Unreachable
from lineage.exporting.guard import Forbidden, GuardedAdapter, GuardedSession
from lineage.exporting.secrets import Secrets
from lineage.models import Exporter
from lineage.openlineage.outgoing.events import Message

#: Answers that speak of this very event rather than of the endpoint.
OF_THE_EVENT = frozenset({400, 403, 406, 409, 410, 411, 412, 413, 415, 416, 422, 431})
#: Those that may speak of one event in a batch.
HALVED = OF_THE_EVENT - {403}
#: Of an answer; results of a large batch stay far below.
MAX_ANSWER, SHOWN = 4 << 20, 300
MAX_BATCH_BYTES = 4 << 20
#: So many refusals, and nothing taken: something else is wrong.
ALL_REFUSED = 20
TRIES = Retry(
    total=2,
    connect=2,
    read=1,
    status=2,
    backoff_factor=0.5,
    status_forcelist=[502, 503, 504],
    allowed_methods=["POST"],
    respect_retry_after_header=False,
    raise_on_status=False,
)


class Endpoint(HttpTransport):
    """`lenient`: the endpoint has been in trouble for long, so perhaps one event is the reason.
    What it answers with 5xx counts as refused then, and so does every event of many in a row;
    before, an endpoint that takes nothing at all is in trouble itself."""

    def __init__(self, exporter: Exporter, secrets: Secrets, *, lenient: bool) -> None:
        parts = urlsplit(exporter.url)
        path = "/".join(p for p in (parts.path.strip("/"), exporter.path.strip("/")) if p)
        adapter = GuardedAdapter(max_retries=TRIES)
        super().__init__(
            HttpConfig(
                url=f"{parts.scheme}://{parts.netloc}/",
                endpoint=path,
                timeout=float(exporter.timeout),
                auth=ApiKeyTokenProvider({"apiKey": secrets.api_key})
                if secrets.api_key
                else TokenProvider({}),
                compression=HttpCompression.GZIP if exporter.compression else None,
                session=GuardedSession(adapter),
                adapter=adapter,
            )
        )
        self.session.headers.update(secrets.headers)  # not into the config, which may be logged
        self.secrets = secrets
        self.lenient = lenient
        self.size = exporter.batch_size
        self.most_in_a_row = ALL_REFUSED
        self.accepted = self.refused_in_a_row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def expect_refusals(self) -> None:
        self.most_in_a_row = sys.maxsize

    def send(self, messages: Sequence[Message]) -> Mapping[int, str]:
        """One after the other, or together where the exporter sends batches."""
        texts = [json.dumps(message.body, separators=(",", ":")) for message in messages]
        if self.size == 1:
            refused = {index: self._send_one(text) for index, text in enumerate(texts)}
            return {index: reason for index, reason in refused.items() if reason}
        return self._send_batch(texts, 0)

    def _send_one(self, text: str) -> str:
        """Why it is refused, or ""."""
        answer, body = self._post(self.endpoint, text)
        if not 200 <= answer.status_code < 300:
            return self._refusal(answer, body)
        self.accepted += 1
        return ""

    def _send_batch(self, texts: Sequence[str], first: int) -> dict[int, str]:
        """Index → why, counted from `first`. A batch that is refused as a whole is halved."""
        whole = f"[{','.join(texts)}]"
        if len(texts) == 1 or len(whole) <= MAX_BATCH_BYTES:
            answer, body = self._post(f"{self.endpoint}/batch", whole)
            if 200 <= answer.status_code < 300:
                return self._failed_in(body, len(texts), first)
            if len(texts) == 1:
                return {first: self._refusal(answer, body)}
            if answer.status_code not in HALVED and not self._may_be_one(answer):
                raise self._trouble(answer, body)
        half = len(texts) // 2
        return self._send_batch(texts[:half], first) | self._send_batch(texts[half:], first + half)

    def _failed_in(self, body: bytes, count: int, first: int) -> dict[int, str]:
        """`failed_events` of an answer; an answer without says that all went in."""
        try:
            failed = {
                first + one["index"]: self._shown(str(one.get("reason") or "No reason given."))
                for one in json.loads(body).get("failed_events") or []
                if 0 <= one["index"] < count
            }
        except (ValueError, AttributeError, TypeError, KeyError):
            failed = {}
        self.accepted += count - len(failed)
        for reason in failed.values():
            self._note_refusal(reason)
        return failed

    def _note_refusal(self, reason: str) -> None:
        self.refused_in_a_row = 0 if self.accepted else self.refused_in_a_row + 1
        if self.refused_in_a_row >= self.most_in_a_row and not self.lenient:
            raise Unreachable(f"It refuses everything: {reason}")

    def _refusal(self, answer: Response, body: bytes) -> str:
        """What the receiver says of an event. Raises Unreachable where it speaks of itself."""
        trouble = self._trouble(answer, body)
        if answer.status_code in OF_THE_EVENT or self._may_be_one(answer):
            self._note_refusal(str(trouble))
            return str(trouble)
        raise trouble

    def _may_be_one(self, answer: Response) -> bool:
        """Whether one event may be the reason for the server's trouble."""
        return self.lenient and answer.status_code >= 500

    def _trouble(self, answer: Response, body: bytes) -> Unreachable:
        said = self._shown(body.decode(errors="replace"))
        text = f"{answer.status_code} {answer.reason or ''}".strip() + (
            f": {said}" if said else ""
        )
        if answer.is_redirect:
            text = f"{text}; redirects are not followed, to {answer.headers['Location'][:200]}"
        return Unreachable(text, retry_after(answer.headers.get("Retry-After", "")))

    def _shown(self, text: str) -> str:
        return self.secrets.masked(" ".join(text.split()))[:SHOWN].replace("\0", "")

    def _post(self, endpoint: str, text: str) -> tuple[Response, bytes]:
        """(answer, its body) within a bounded time, however slowly the body comes."""
        data, headers = self._prepare_request(text)
        if isinstance(data, str):
            data = data.encode()
        deadline = time.monotonic() + self.timeout * 3
        try:
            with self.session.post(
                self.url + endpoint, data=data, headers=headers, timeout=self.timeout, stream=True
            ) as answer:
                return answer, read_answer(answer, deadline)
        except Forbidden as exc:
            raise Unreachable(str(exc)) from exc
        except RequestException as exc:
            raise Unreachable(self._shown(words(exc))) from exc


def read_answer(answer: Response, deadline: float) -> bytes:
    """At most MAX_ANSWER bytes of it."""
    found = bytearray()
    for chunk in answer.iter_content(64 << 10):
        found += chunk
        if len(found) > MAX_ANSWER or time.monotonic() > deadline:
            break
    return bytes(found)


def words(exc: RequestException) -> str:
    """`ConnectTimeout: …`, without the name of urllib3's own object."""
    reason: Any = exc.args[0] if exc.args else exc
    reason = getattr(reason, "reason", reason)
    said = str(reason)
    return f"{type(exc).__name__}: {said.partition('): ')[2] or said}"


def retry_after(text: str) -> float:
    """Seconds; 0 for none, or what cannot be read."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - timezone.now()).total_seconds())
    except (TypeError, ValueError):
        return 0.0
