"""Is an asset still what it should be? One rule, for a row in hand and for rows in the database.

A state is judged from `AssetState` at one moment, in this order:

    failed    the last write failed, after the last that succeeded
    stale     written, and the next write is overdue (`stale_at`, set when a write is recorded)
    fresh     written, and not overdue
    unknown   nothing here writes it: a placeholder, or only ever read
    never     declared or known, but no run has written it

`freshness` judges values; `freshness_q` and `with_freshness` say the same in SQL, so that lists,
filters and counts agree with the badge.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db.models import Case, CharField, F, Q, Value, When

from catalog.asset_types import EXTERNAL_SPELLINGS
from catalog.models.assets import AssetQuerySet


class Freshness(StrEnum):
    """In the order in which a person would want to hear of them."""

    FAILED = "failed"
    STALE = "stale"
    FRESH = "fresh"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`since` is the moment whose age is shown: the failure, or the last good write."""

    state: Freshness
    reason: str
    since: datetime | None = None


class StateLike(Protocol):
    @property
    def last_written_at(self) -> datetime | None: ...
    @property
    def last_failed_at(self) -> datetime | None: ...
    @property
    def last_read_at(self) -> datetime | None: ...
    @property
    def stale_at(self) -> datetime | None: ...


def freshness(type_name: str, state: StateLike | None, now: datetime) -> Judgement:
    """The judgement of an asset of this type; `state` is None when nothing has happened yet."""
    if state is None:
        return _unwritten(type_name, read=False)
    written, failed = state.last_written_at, state.last_failed_at
    if failed and (written is None or failed > written):
        reason = "The last write failed." if written else "No write has succeeded yet."
        return Judgement(Freshness.FAILED, reason, failed)
    if written is None:
        return _unwritten(type_name, read=state.last_read_at is not None)
    if state.stale_at is None:
        return Judgement(Freshness.FRESH, "Too few writes to know its rhythm.", written)
    if now >= state.stale_at:
        return Judgement(Freshness.STALE, "Its next write is overdue.", written)
    return Judgement(Freshness.FRESH, "Written as often as usual.", written)


def _unwritten(type_name: str, *, read: bool) -> Judgement:
    if type_name in EXTERNAL_SPELLINGS:
        return Judgement(Freshness.UNKNOWN, "External: nothing here writes it.")
    if read:
        return Judgement(Freshness.UNKNOWN, "Only ever read: nothing here writes it.")
    return Judgement(Freshness.NEVER, "No run has written it yet.")


def freshness_q(state: Freshness, now: datetime) -> Q:
    """Assets in `state` at `now`; every branch says what it needs, so none depends on order."""
    written = Q(state__last_written_at__isnull=False)
    failed_last = Q(state__last_failed_at__gt=F("state__last_written_at"))
    spared = Q(state__last_failed_at__isnull=True) | Q(
        state__last_failed_at__lte=F("state__last_written_at")
    )
    untouched = Q(state__last_written_at__isnull=True, state__last_failed_at__isnull=True)
    foreign = Q(type__in=EXTERNAL_SPELLINGS) | Q(state__last_read_at__isnull=False)
    match state:
        case Freshness.FAILED:
            only = Q(state__last_written_at__isnull=True, state__last_failed_at__isnull=False)
            return failed_last | only
        case Freshness.STALE:
            return written & spared & Q(state__stale_at__lte=now)
        case Freshness.FRESH:
            due_later = Q(state__stale_at__isnull=True) | Q(state__stale_at__gt=now)
            return written & spared & due_later
        case Freshness.UNKNOWN:
            return untouched & foreign
        case Freshness.NEVER:
            native = ~Q(type__in=EXTERNAL_SPELLINGS) & Q(state__last_read_at__isnull=True)
            return untouched & native


def with_freshness(assets: AssetQuerySet, now: datetime) -> AssetQuerySet:
    """`assets` with `freshness`, for grouping and counting."""
    whens = [When(freshness_q(state, now), then=Value(state.value)) for state in Freshness]
    return assets.annotate(freshness=Case(*whens, output_field=CharField()))
