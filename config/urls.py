"""Where every path leads: the API under /api/, the pages under their tenant."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("config.api")),
    path("", include("accounts.urls")),
    path("<slug:tenant>/", include("catalog.urls")),
    path("<slug:tenant>/", include("lineage.urls")),
]
