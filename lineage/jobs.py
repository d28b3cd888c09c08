"""Background entry points: load, call, return."""

from django.db import transaction
from procrastinate.contrib.django import app

from accounts.access import access_of
from accounts.models import Tenant, User

BATCH = 500


@app.task(name="lineage.replay")
def replay(tenant: str, user: int, flow: int) -> int:
    """Give the executions that came before a flow's YAML its declarations, a batch at a time."""
    from lineage.recording.flows import known_flow, lock_flows
    from lineage.recording.replaying import replay_executions

    access = access_of(User.objects.get(pk=user), Tenant.objects.get(slug=tenant))
    done = 0
    while True:
        with transaction.atomic():
            lock_flows([flow], shared=False)
            count = replay_executions(access, known_flow(flow), limit=BATCH)
        done += count
        if count < BATCH:
            return done
