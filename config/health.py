"""Two questions of a load balancer: does the process live, and may it get traffic?"""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration of this code, else 503 and why."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = _Migrations.waiting()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if waiting:
        return JsonResponse({"status": "unavailable", "migrations": waiting}, status=503)
    return JsonResponse({"status": "ok"})


class _Migrations:
    """Remembers once all are applied: this process' code will never ask for more of them."""

    complete = False

    @classmethod
    def waiting(cls) -> int:
        """How many are not applied yet."""
        if cls.complete:
            return 0
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        cls.complete = not plan
        return len(plan)
