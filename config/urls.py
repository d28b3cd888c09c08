"""Where every path leads: the API under /api/, the pages under their tenant."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.login_urls")),
    path("api/", include("config.api")),
    path("", include("accounts.urls")),
    path("<slug:tenant>/", include("catalog.urls")),
    path("<slug:tenant>/", include("lineage.urls")),
]
handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.not_allowed"
handler404 = "accounts.views.not_found"
handler500 = "accounts.views.server_error"
