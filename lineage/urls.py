"""Pages of the lineage, below /<tenant>/."""

from django.urls import URLPattern

app_name = "lineage"
urlpatterns: list[URLPattern] = []
