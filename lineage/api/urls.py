"""Routes of the lineage API, below /api/v1/<tenant>/."""

from django.urls import URLPattern, path

from lineage.api.execution_writes import ExecutionCollection
from lineage.api.flow_writes import FlowCollection

urlpatterns: list[URLPattern] = [
    path("executions", ExecutionCollection.as_view(), name="executions"),
    path("flows", FlowCollection.as_view(), name="flows"),
]
