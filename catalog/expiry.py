"""When leases end: Kestra's expiry buckets (K1.8). Nothing deletes an expired asset by itself."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q


class Expiry(StrEnum):
    """EXPIRING_30D holds what EXPIRING_7D holds; neither holds what has expired."""

    EXPIRED = "EXPIRED"
    EXPIRING_7D = "EXPIRING_7D"
    EXPIRING_30D = "EXPIRING_30D"
    NO_EXPIRY = "NO_EXPIRY"


DAYS = {Expiry.EXPIRING_7D: 7, Expiry.EXPIRING_30D: 30}


def expiry_q(bucket: Expiry, now: datetime) -> Q:
    """Assets in the bucket at `now`."""
    if bucket is Expiry.NO_EXPIRY:
        return Q(expires_at__isnull=True)
    if bucket is Expiry.EXPIRED:
        return Q(expires_at__lte=now)
    return Q(expires_at__gt=now, expires_at__lte=now + timedelta(days=DAYS[bucket]))


def expiry_of(expires_at: datetime | None, now: datetime) -> Expiry | None:
    """The narrowest bucket of a ttl; None for one that ends later than in 30 days."""
    if expires_at is None:
        return Expiry.NO_EXPIRY
    if expires_at <= now:
        return Expiry.EXPIRED
    for bucket, days in DAYS.items():
        if expires_at <= now + timedelta(days=days):
            return bucket
    return None
