"""Answers that a client may keep, and ask for again by their ETag without getting them twice."""

from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.request import Request

from accounts.rendering import JSONRenderer

#: For one client only, and never shown again without asking whether it still holds.
REVALIDATED = "private, no-cache"
NOT_KEPT = "no-store"


def conditional_json(request: Request, data: Any) -> HttpResponse:
    """200 with the data and an ETag of its bytes, or 304 to a request that knows them."""
    return conditional(request._request, JSONRenderer().render(data), "application/json")


def conditional(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """The content with its ETag; an empty 304 where If-None-Match names it (RFC 9110, 13.1.2)."""
    etag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    known = [
        tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))
    ]
    if etag in known or "*" in known:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(content, content_type=content_type, headers={"ETag": etag})
