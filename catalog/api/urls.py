"""Routes of the catalog API, below /api/v1/<tenant>/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
