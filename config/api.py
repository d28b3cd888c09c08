"""The API's root: one tree under /api/v1/, described by one OpenAPI document."""

from django.urls import include, path

from accounts.views import unknown_api_path

urlpatterns = [
    path("v1/<slug:tenant>/", include("catalog.api.urls")),
    path("v1/<slug:tenant>/", include("lineage.api.urls")),
    path("<path:path>", unknown_api_path, name="unknown_api_path"),
]
