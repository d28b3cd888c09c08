"""JSON lines below EXPORT_DIR, in a folder of the tenant, and nowhere else.

An event a line, as the official client's file transport writes them. Folders are opened one by
one without following links, so no link can lead out. A line that a crash has cut short is ended
first: a reader skips it, and the event is written again.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from django.conf import settings

from lineage.exporting.destinations import Unreachable
from lineage.openlineage.outgoing.events import Message

#: `{date}` stands for the day of the run, in UTC.
DATE = "{date}"
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
ENDINGS = (".jsonl", ".ndjson")
NOT_ALLOWED = (
    "This server writes no files: its operator has to set EXPORT_DIR to the folder"
    " that exporters may write below."
)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def file_problem(name: str) -> str:
    """What is wrong with a file's name; "" for a good one."""
    parts = name.replace(DATE, "2026-11-21").split("/")
    if len(name) > 200 or not all(_PART.fullmatch(part) for part in parts):
        return (
            "A path below the folder of exports, of letters, digits, '.', '_' and '-',"
            " such as lineage-{date}.jsonl."
        )
    return "" if name.endswith(ENDINGS) else f"It has to end in {' or '.join(ENDINGS)}."


class JsonLines:
    """One file; several exporters of a tenant may share it, since lines are written whole."""

    size = 100

    def __init__(self, tenant: str, name: str, now: datetime) -> None:
        if settings.EXPORT_DIR is None:
            raise Unreachable(NOT_ALLOWED)
        problem = file_problem(name)
        if problem:
            raise Unreachable(problem)
        day = now.astimezone(UTC).date().isoformat()
        self.base: Path = settings.EXPORT_DIR
        self.parts = [tenant, *name.replace(DATE, day).split("/")]
        self._file = -1

    @property
    def path(self) -> Path:
        return self.base.joinpath(*self.parts)

    def __enter__(self) -> Self:
        try:
            self._file = self._open()
        except OSError as exc:
            raise Unreachable(
                f"{'/'.join(self.parts)} cannot be written: {exc.strerror}."
            ) from exc
        return self

    def __exit__(self, *args: object) -> None:
        os.close(self._file)

    def _open(self) -> int:
        folder = os.open(self.base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in self.parts[:-1]:
                try:
                    inner = os.open(part, _FOLDER, dir_fd=folder)
                except FileNotFoundError:
                    with suppress(FileExistsError):  # another exporter's
                        os.mkdir(part, 0o750, dir_fd=folder)
                    inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            return _regular(os.open(self.parts[-1], _FILE, 0o640, dir_fd=folder))
        finally:
            os.close(folder)

    def expect_refusals(self) -> None:
        """A file refuses nothing."""

    def send(self, messages: Sequence[Message]) -> Mapping[int, str]:
        lines = [
            json.dumps(message.body, ensure_ascii=False, separators=(",", ":"))
            for message in messages
        ]
        text = ("\n".join(lines) + "\n").encode()
        try:
            end = os.lseek(self._file, 0, os.SEEK_END)
            if end and os.pread(self._file, 1, end - 1) != b"\n":
                text = b"\n" + text
            written = os.write(self._file, text)
            if written < len(text):
                raise Unreachable(f"{'/'.join(self.parts)}: the disk took only a part.")
            os.fsync(self._file)
        except OSError as exc:
            raise Unreachable(
                f"{'/'.join(self.parts)} cannot be written: {exc.strerror}."
            ) from exc
        return {}


def _regular(file: int) -> int:
    """Refuses pipes and devices."""
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return file
