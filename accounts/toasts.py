"""Messages that offer to undo what they tell of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Undo:
    """What the button posts, and where."""

    url: str
    fields: Mapping[str, str]


def done(request: HttpRequest, text: str, undo: Undo | None = None) -> None:
    """Say on the next page that something was done, with a button that undoes it."""
    tags = json.dumps({"url": undo.url, "fields": dict(undo.fields)}) if undo else ""
    messages.success(request, text, extra_tags=tags)


def undo_of(message: Message) -> Undo | None:
    """The undoing that `done` gave the message."""
    tags = message.extra_tags or ""
    return Undo(**json.loads(tags)) if tags.startswith("{") else None
