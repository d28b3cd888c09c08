"""Locking an asset, and what everybody else is told while it is locked (K4.6)."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_duration
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.asset_json import lock_json
from catalog.api.assets import find_asset
from catalog.api.batches import read_json
from catalog.api.lock_documents import LOCK, UNLOCK
from catalog.locking import (
    DEFAULT_TTL,
    LONGEST_TTL,
    Locked,
    LockRequest,
    lock_asset,
    unlock_asset,
)
from catalog.models import Asset, AssetLock
from catalog.reading.rules import describe_kind, validate_text

_MEMBERS = {
    "executionId": ("execution_id", 200),
    "flowId": ("flow_id", 200),
    "flowNamespace": ("flow_namespace", 150),
    "taskRunId": ("task_run_id", 200),
}


class AssetLocking(TenantAPIView):
    """Take the lock of an asset, or give it back."""

    needs = {
        "POST": (Resource.ASSET, Action.LOCK),
        "DELETE": (Resource.ASSET, Action.UNLOCK),
    }

    @LOCK
    def post(self, request: Request, tenant: str, asset_id: str) -> Response:
        wanted = read_lock_request(request)
        asset = find_for(self.access, Action.LOCK, asset_id)
        try:
            lock = lock_asset(self.access, asset.pk, wanted)
        except Locked as exc:
            raise locked(exc.lock) from exc
        return Response(lock_json(asset, lock))

    @UNLOCK
    def delete(self, request: Request, tenant: str, asset_id: str) -> Response:
        asset = find_for(self.access, Action.UNLOCK, asset_id, allow_deleted=True)
        unlock_asset(asset.pk, request.query_params.get("executionId", "").replace("\0", ""))
        return Response()


def find_for(
    access: Access, action: Action, asset_id: str, *, allow_deleted: bool = False
) -> Asset:
    """404 for what may not be seen, 403 for what may be seen but not this."""
    asset = find_asset(access, asset_id, allow_deleted)
    namespace = asset.namespace.name if asset.namespace else None
    if not access.may(Resource.ASSET, action, namespace):
        raise PermissionDenied(f"This needs ASSET:{action} on asset “{asset_id}”.")
    return asset


def locked(lock: AssetLock, message: str = "") -> Problem:
    """423, naming who holds the lock and until when."""
    seconds = (lock.locked_until - timezone.now()).total_seconds()
    return Problem(
        423,
        message or str(Locked(lock)),
        headers={"Retry-After": str(max(1, round(seconds)))},
        members={
            "lock": {
                "ownerType": lock.owner_type,
                "owner": lock.label,
                "lockedUntil": lock.locked_until,
            }
        },
    )


def read_lock_request(request: Request) -> LockRequest:
    """The body, which may be empty; Problem 422 naming each bad field."""
    text = read_body(request, ("application/json", "text/plain", "application/octet-stream"))[1]
    value = read_json(text) if text.strip() else {}
    if not isinstance(value, dict):
        raise Problem(422, f"The body must be a map, not {describe_kind(value)}.")
    errors: list[dict[str, Any]] = []
    said: dict[str, str] = {}
    ttl = DEFAULT_TTL
    for key, item in value.items():
        if key == "ttl" and item is not None:
            ttl = read_ttl(item, errors)
        elif key in _MEMBERS and item is not None:
            name, length = _MEMBERS[key]
            if problem := text_problem(item, length):
                errors.append({"field": key, "message": problem})
            said[name] = str(item)
        elif key != "ttl" and key not in _MEMBERS:
            known = ", ".join(("ttl", *_MEMBERS))
            errors.append({"field": key, "message": f"Unknown. Supported: {known}."})
    if said and not said.get("execution_id"):
        errors.append({"field": "executionId", "message": "Required beside the others."})
    if errors:
        raise Problem(422, "The lock request has invalid fields.", errors=errors)
    return LockRequest(ttl, **said)


def read_ttl(value: Any, errors: list[dict[str, Any]]) -> timedelta:
    """An ISO 8601 duration of days and less, such as PT30M."""
    duration = None
    if isinstance(value, str) and re.fullmatch(r"P[0-9DTHMS.]{2,40}", value):
        try:
            duration = parse_duration(value)
        except (ValueError, OverflowError):
            duration = None
    if duration is None or not timedelta() < duration <= LONGEST_TTL:
        message = "An ISO 8601 duration such as PT30M, at most P30D."
        errors.append({"field": "ttl", "message": message})
        return DEFAULT_TTL
    return duration


def text_problem(value: Any, length: int) -> str | None:
    if not isinstance(value, str):
        return f"must be text, not {describe_kind(value)}"
    return f"is longer than {length} characters" if len(value) > length else validate_text(value)
