"""Routes of the lineage API, below /api/v1/<tenant>/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
