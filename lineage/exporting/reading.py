"""What somebody wants an exporter to be: read from JSON, with every mistake by its field.

Names of fields are the API's. Pages fill the same map from their form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_duration

from catalog.reading.rules import validate_text
from lineage.exporting.addresses import (
    DEFAULT_PATH,
    headers_problem,
    key_problem,
    origin,
    path_problem,
    url_problem,
)
from lineage.exporting.files import NOT_ALLOWED, file_problem
from lineage.exporting.filters import read_filters
from lineage.exporting.schedule import cron_problem, every_problem
from lineage.exporting.secrets import Secrets
from lineage.models import Exporter
from lineage.models.exporters import EXPORTER_NAME
from lineage.openlineage.outgoing.mappings import read_mappings

MAX_BATCH, MAX_TIMEOUT = 500, 60

type Problems = list[dict[str, str]]


class InvalidExporter(ValueError):
    """`problems`: [{"field", "message"}]"""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{p['field']}: {p['message']}" for p in problems))
        self.problems = problems


@dataclass(slots=True)
class Wanted:
    """`values`: fields of the model. `api_key`, `headers`: None leaves what is stored.

    `service_account`: its name, "" for the one who asks, None where nothing is said.
    """

    values: dict[str, Any] = field(default_factory=dict)
    api_key: str | None = None
    headers: Mapping[str, str] | None = None
    service_account: str | None = None


def read_exporter(posted: Any, current: Exporter | None, *, partial: bool = False) -> Wanted:
    """`current`: what there is, for a change. `partial`: what is not said stays.

    Raises InvalidExporter.
    """
    if not isinstance(posted, Mapping):
        raise InvalidExporter([{"field": "", "message": "An exporter is a JSON object."}])
    reader = _Reader(posted, current, partial)
    wanted = reader.read()
    if reader.problems:
        raise InvalidExporter(reader.problems)
    return wanted


class _Reader:
    def __init__(self, posted: Mapping[str, Any], current: Exporter | None, partial: bool) -> None:
        self.posted = posted
        self.current = current
        self.partial = partial
        self.problems: Problems = []
        self.wanted = Wanted()

    def read(self) -> Wanted:
        for key in self.posted:
            if key not in _FIELDS:
                self.wrong(str(key)[:100], f"Unknown. Supported: {', '.join(_FIELDS)}.")
        for key, (column, default, check) in _VALUES.items():
            self.value(key, column, default, check)
        self.secrets()
        if "serviceAccount" in self.posted or not self.partial:
            name = self.posted.get("serviceAccount") or ""
            if not isinstance(name, str):
                self.wrong("serviceAccount", "The name of a service account, or null.")
            self.wanted.service_account = name
        self.together()
        return self.wanted

    def value(self, key: str, column: str, default: Any, check: Any) -> None:
        """One field; null is the default."""
        if key not in self.posted and self.partial:
            return
        said = self.posted.get(key)
        if said is None or said == "":
            self.wanted.values[column] = default() if callable(default) else default
            return
        value, problems = check(said)
        if isinstance(problems, str):
            problems = [{"field": key, "message": problems}] if problems else []
        self.problems += problems
        self.wanted.values[column] = value

    def wrong(self, key: str, message: str) -> None:
        self.problems.append({"field": key, "message": message})

    def meant(self, column: str) -> Any:
        """As it will be: what is said, else what there is."""
        if column in self.wanted.values:
            return self.wanted.values[column]
        return getattr(self.current, column) if self.current else None

    def secrets(self) -> None:
        if "apiKey" in self.posted:
            key = self.posted["apiKey"] or ""
            problem = key_problem(key) if key else ""
            if problem:
                self.wrong("apiKey", problem)
            self.wanted.api_key = key
        if "headers" in self.posted:
            headers = {} if self.posted["headers"] is None else self.posted["headers"]
            problem = headers_problem(headers)
            if problem:
                self.wrong("headers", problem)
            self.wanted.headers = headers
        elif not self.current:
            self.wanted.headers = {}

    def together(self) -> None:
        """What only the whole can be asked."""
        kind = self.meant("kind")
        for column, key in (("name", "name"), ("kind", "kind")):
            if self.meant(column) in (None, ""):
                self.wrong(key, "Required.")
            elif self.current and self.meant(column) != getattr(self.current, column):
                self.wrong(key, "This cannot be changed: make another exporter.")
        if kind == Exporter.Kind.OPENLINEAGE and not self.meant("url"):
            self.wrong("url", "Required: the address of the server, such as https://marquez:5000.")
        if kind == Exporter.Kind.FILE:
            self.file_together()
        if self.meant("every") and self.meant("cron"):
            self.wrong("cron", "Either “every” or “cron”, not both.")
        self.same_place()

    def file_together(self) -> None:
        if not self.meant("file"):
            self.wrong("file", "Required: such as lineage-{date}.jsonl.")
        elif settings.EXPORT_DIR is None and "file" in self.wanted.values:
            self.wrong("file", NOT_ALLOWED)

    def same_place(self) -> None:
        """Stored secrets stay with the server that they were given for."""
        held = self.current
        if held is None or origin(self.meant("url")) == origin(held.url):
            return
        message = "The server changes, so give {} again, or null for none."
        if held.has_api_key and self.wanted.api_key is None:
            self.wrong("apiKey", message.format("its API key"))
        if held.header_names and self.wanted.headers is None:
            self.wrong("headers", message.format("its headers"))


def merged_secrets(held: Secrets, wanted: Wanted) -> Secrets:
    """What will be stored; what nothing is said of stays."""
    return Secrets(
        held.api_key if wanted.api_key is None else wanted.api_key,
        held.headers if wanted.headers is None else dict(wanted.headers),
    )


def read_duration(text: Any) -> timedelta | None:
    """ISO 8601 of days and less; None for anything else."""
    if not isinstance(text, str) or not re.fullmatch(r"P[0-9DTHMS.]{1,40}", text):
        return None
    try:
        return parse_duration(text)
    except (ValueError, OverflowError):
        return None


def _text(most: int) -> Any:
    def check(value: Any) -> tuple[Any, str]:
        if not isinstance(value, str) or len(value) > most:
            return value, f"Text of at most {most} characters."
        problem = validate_text(value)
        return value, f"It {problem}." if problem else ""

    return check


def _checked(problem: Any) -> Any:
    def check(value: Any) -> tuple[Any, str]:
        return value, problem(value) if isinstance(value, str) else "Expected text."

    return check


def _whole(least: int, most: int) -> Any:
    def check(value: Any) -> tuple[Any, str]:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return value, "" if fits else f"A whole number from {least} to {most}."

    return check


def _choice(*choices: str) -> Any:
    def check(value: Any) -> tuple[Any, str]:
        return value, "" if value in choices else f"One of {', '.join(choices)}."

    return check


def _flag(value: Any) -> tuple[Any, str]:
    return value, "" if isinstance(value, bool) else "Expected true or false."


def _every(value: Any) -> tuple[Any, str]:
    every = read_duration(value)
    problem = "An ISO 8601 duration such as PT5M." if every is None else every_problem(every)
    return every, problem


def _look_back(value: Any) -> tuple[Any, str]:
    back = read_duration(value)
    fits = back is not None and timedelta() <= back <= timedelta(days=36_500)
    return back, "" if fits else "An ISO 8601 duration such as P1D; PT0S for none."


def _name_problem(value: str) -> str:
    return "" if re.match(EXPORTER_NAME.regex, value) else str(EXPORTER_NAME.message)


#: Field of the API → (column, default, check). A check answers (value, problem or problems).
_VALUES: dict[str, tuple[str, Any, Any]] = {
    "name": ("name", "", _checked(_name_problem)),
    "description": ("description", "", _text(500)),
    "kind": ("kind", "", _choice(*Exporter.Kind.values)),
    "enabled": ("enabled", True, _flag),
    "url": ("url", "", _checked(url_problem)),
    "path": ("path", DEFAULT_PATH, _checked(path_problem)),
    "batchSize": ("batch_size", 1, _whole(1, MAX_BATCH)),
    "compression": ("compression", "", _choice("gzip")),
    "timeout": ("timeout", 10, _whole(1, MAX_TIMEOUT)),
    "file": ("file", "", _checked(file_problem)),
    "filters": ("filters", dict, read_filters),
    "mappings": ("mappings", dict, read_mappings),
    "every": ("every", None, _every),
    "cron": ("cron", "", _checked(cron_problem)),
    "lookbackPeriod": ("look_back", timedelta(days=1), _look_back),
}
_FIELDS = (*_VALUES, "apiKey", "headers", "serviceAccount")
