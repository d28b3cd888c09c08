"""Files in request bodies, no more of them than MAX_BODY_BYTES.

Django limits the other fields of a form and not its files, and reads a form as soon as anybody,
such as its CSRF check, looks for a field. So the limit has to be there before.
"""

import gzip
import io
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    MemoryFileUploadHandler,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from rest_framework.request import Request

from accounts.bodies import read_raw, too_large, unpack
from accounts.problems import Problem

MULTIPART = "multipart/form-data"


class Quota(FileUploadHandler):
    """Stops an upload that is larger than a body may be, with Problem 413."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        self.seen = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        if content_length > self.limit:
            raise too_large(self.limit)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > self.limit:
            raise too_large(self.limit)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one keep the file."""


def with_quota(request: HttpRequest) -> HttpRequest:
    """The request, which will read no more than a body may hold. Before anybody reads it."""
    request.upload_handlers.insert(0, Quota(request))
    return request


def limited_upload[**P](
    refuse: Callable[[HttpRequest, Problem], HttpResponseBase],
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """For pages with a form of files: `refuse` answers what is too large or cannot be read.

    The form's token is checked inside, once the limit is there.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with_quota(request)
            try:
                return protected(request, *args, **kwargs)
            except Problem as problem:
                return refuse(request, problem)

        return limited

    return decorate


def posted_files(request: Request) -> Mapping[str, UploadedFile]:
    """Name of the part → file, of a multipart body; the whole may be gzip. Problems: 400 for what
    is no such body, 413 beyond the limit, 415 for another encoding.

    The view names DRF's MultiPartParser, since a session's CSRF check reads the form first.
    """
    raw = request._request
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    try:
        if encoding in ("", "identity"):
            return _firsts(request.FILES)
        body = unpack(request, read_raw(request))
        meta = raw.META | {"CONTENT_LENGTH": len(body)}
        handlers = [MemoryFileUploadHandler(raw), TemporaryFileUploadHandler(raw)]
        parser = MultiPartParser(meta, io.BytesIO(body), handlers, raw.encoding)
        return _firsts(parser.parse()[1])
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as exc:
        raise Problem(400, f"The body cannot be read as {MULTIPART}: {exc}.") from exc


def _firsts(files: MultiValueDict[str, UploadedFile]) -> dict[str, UploadedFile]:
    """Of two files under one name the last counts, as with all fields of a form."""
    return {name: found[-1] for name, found in files.lists() if found}


class Unpacked:
    """A file that may be gzip, read as what is in it; Problem 413 beyond the limit."""

    def __init__(self, file: UploadedFile) -> None:
        file.open("rb")
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        self.stream: Any = gzip.GzipFile(fileobj=file) if packed else file
        self.limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        self.seen = 0

    def read(self, size: int, /) -> bytes:
        try:
            chunk: bytes = self.stream.read(size)
        except (OSError, EOFError) as exc:
            raise Problem(400, "A file says gzip but cannot be unpacked.") from exc
        self.seen += len(chunk)
        if self.seen > self.limit:
            raise too_large(self.limit)
        return chunk
