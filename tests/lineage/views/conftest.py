"""Pages speak of the last day, so what the world ran has to lie well before it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lineage.models import Execution
from tests.conftest import Cast
from tests.world import World, make_world


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def world(cast: Cast, now: datetime) -> World:
    """`tests.world`, with its executions a hundred days ago."""
    world = make_world(cast)
    before = now - timedelta(days=100)
    Execution.objects.unscoped("test").update(
        started_at=before, ended_at=before + timedelta(minutes=1), sorted_at=before
    )
    return world
