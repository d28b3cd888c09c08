"""Saving what somebody has typed into the form of an asset."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from accounts.access import Access
from catalog.asset_draft import AssetDraft, Errors, differences
from catalog.models import Asset
from catalog.reading.bodies import AssetBody
from catalog.writing import Changed, Refused, create_asset, edit_asset


@dataclass(frozen=True, slots=True)
class Saving:
    """What came of it. `errors`: by field, "" for the whole; `conflict`: somebody else has changed
    the asset since the form was made. Neither: it is saved."""

    errors: Errors
    conflict: bool = False

    @property
    def is_done(self) -> bool:
        return not self.errors and not self.conflict


def save_new(access: Access, draft: AssetDraft) -> Saving:
    unread: Errors = defaultdict(list)
    value = draft.value(unread)
    body, errors = draft.read(value)
    if body is None or unread:
        return Saving(_joined(unread, errors))
    try:
        create_asset(access, body)
    except Refused as exc:
        errors[exc.refusal.field].append(exc.refusal.message)
    return Saving(errors)


def save_changes(access: Access, asset: Asset, draft: AssetDraft, etag: str) -> Saving:
    """Only what differs from `asset`, as it was found, so that what others set stays theirs.

    `etag`: of the version that the form was made from.
    """
    unread: Errors = defaultdict(list)
    wanted = draft.value(unread)
    changes = differences(AssetDraft.of(asset).value(defaultdict(list)), wanted)
    body, errors = body_of(draft, asset, changes)
    if body is None or unread:
        return Saving(_joined(unread, errors))
    try:
        edit_asset(access, asset.pk, lambda stored: body, etag)
    except Changed:
        return Saving(errors, conflict=True)
    except Refused as exc:
        errors[exc.refusal.field].append(exc.refusal.message)
    return Saving(errors)


def _joined(unread: Errors, errors: Errors) -> Errors:
    """Of a field that cannot be read, nothing else is said."""
    return defaultdict(list, {**errors, **unread})


def body_of(
    draft: AssetDraft, asset: Asset, changes: dict[str, Any]
) -> tuple[AssetBody | None, Errors]:
    """The changes as a body; a text that was emptied is cleared, a type that stays is not said."""
    body, errors = draft.read({"type": asset.type} | changes | {"id": asset.public_id})
    if body is None:
        return None, errors
    cleared = {name for name in ("displayName", "description") if changes.get(name, "") is None}
    declared = body.declared if "type" in changes else replace(body.declared, type="")
    return replace(body, declared=declared, cleared=frozenset(cleared)), errors


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else has changed meanwhile, or that is not saved yet."""

    field: str
    theirs: Any
    yours: Any


def conflicts(asset: Asset, draft: AssetDraft) -> list[Conflict]:
    """Where `asset`, as it is now, is not what is typed; metadata by key."""
    theirs = AssetDraft.of(asset).value(defaultdict(list))
    yours = draft.value(defaultdict(list))
    found = []
    for name, value in differences(theirs, yours).items():
        if name == "metadata":
            found += [
                Conflict(f"metadata.{key}", theirs["metadata"].get(key), mine)
                for key, mine in sorted(value.items())
            ]
        else:
            found.append(Conflict(name, theirs[name], value))
    return found
