"""Request bodies: read with a limit, unpacked with the same limit, errors that say what to do."""

import zlib
from collections.abc import Sequence

from django.conf import settings
from rest_framework.request import Request

from accounts.problems import Problem

CHUNK = 64 * 1024


def read_body(request: Request, media_types: Sequence[str]) -> tuple[str, str]:
    """(media type, text) of a UTF-8 body, gzip undone.

    Problems: 415 for another type, charset or encoding, 413 beyond MAX_BODY_BYTES (also after
    unpacking), 400 for what is neither UTF-8 nor gzip as it claims. Without a Content-Type the
    first of `media_types` is assumed.
    """
    kind = (request.content_type or media_types[0]).split(";")[0].strip().lower()
    charset = (request._request.content_params or {}).get("charset", "utf-8")
    if kind not in media_types:
        raise Problem(415, f"Content-Type “{kind}” is not taken; use {' or '.join(media_types)}.")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(415, f"The charset “{charset}” is not taken; send UTF-8.")
    return kind, decode(unpack(request, read_raw(request)))


def read_raw(request: Request) -> bytes:
    """The bytes as sent, at most MAX_BODY_BYTES."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise too_large(limit)
    raw = request._request.read(limit + 1)
    if len(raw) > limit:
        raise too_large(limit)
    return raw


def too_large(limit: int) -> Problem:
    return Problem(
        413,
        f"The body is larger than {limit:,} bytes: send smaller batches,"
        " or raise MAX_BODY_BYTES on the server.",
    )


def unpack(request: Request, raw: bytes) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return raw
    if encoding not in ("gzip", "x-gzip"):
        raise unknown_encoding(encoding)
    return gunzip(raw, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def unknown_encoding(encoding: str) -> Problem:
    return Problem(
        415,
        f"Content-Encoding “{encoding}” is not taken; send gzip or none.",
        headers={"Accept-Encoding": "gzip"},
    )


def gunzip(raw: bytes, limit: int) -> bytes:
    """Unpacked bytes; never more than `limit` are made, so a bomb costs nothing."""
    unzip = zlib.decompressobj(wbits=31)
    try:
        text = unzip.decompress(raw, limit + 1)
    except zlib.error as exc:
        raise Problem(400, "The body says gzip but cannot be unpacked.") from exc
    if len(text) > limit:
        raise too_large(limit)
    if not unzip.eof:
        raise Problem(400, "The gzip body is cut short.")
    return text


def decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Problem(
            400, f"The body is not UTF-8: byte {exc.start} is {raw[exc.start]:#04x}."
        ) from exc


class Streamed:
    """A body read piece by piece, gzip undone; Problems as `read_body` raises them."""

    def __init__(self, request: Request) -> None:
        self.limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > self.limit:
            raise too_large(self.limit)
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise unknown_encoding(encoding)
        self.body = request._request
        self.unzip = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        self.sent = self.seen = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        chunk = self._unpacked(size) if self.unzip else self._raw(size)
        self.seen += len(chunk)
        if self.seen > self.limit:
            raise too_large(self.limit)
        return chunk

    def _raw(self, size: int) -> bytes:
        chunk: bytes = self.body.read(size)
        self.sent += len(chunk)
        if self.sent > self.limit:
            raise too_large(self.limit)
        return chunk

    def _unpacked(self, size: int) -> bytes:
        assert self.unzip
        while not self.unzip.eof:
            packed = self.unzip.unconsumed_tail or self._raw(CHUNK)
            try:
                chunk = self.unzip.decompress(packed, size)
            except zlib.error as exc:
                raise Problem(400, "The body says gzip but cannot be unpacked.") from exc
            if chunk:
                return chunk
            if not packed:
                raise Problem(400, "The gzip body is cut short.")
        return b""
