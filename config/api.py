"""The API's root: one tree under /api/v1/, described by one OpenAPI document."""

from django.urls import include, path

from accounts.views import unknown_api_path
from config import openapi
from lineage.api.openlineage import HomeBatchPost, HomeEventPost

urlpatterns = [
    path("docs", openapi.api_docs, name="api_docs"),
    path("v1/openapi.json", openapi.openapi_json, name="openapi_json"),
    path("v1/openapi.yaml", openapi.openapi_yaml, name="openapi_yaml"),
    path("v1/lineage", HomeEventPost.as_view(), name="openlineage_home_event"),
    path("v1/lineage/batch", HomeBatchPost.as_view(), name="openlineage_home_batch"),
    path("v1/<slug:tenant>/", include("lineage.api.urls")),
    # Its route of one asset takes every path below assets/, so it comes last.
    path("v1/<slug:tenant>/", include("catalog.api.urls")),
    path("<path:path>", unknown_api_path, name="unknown_api_path"),
]
