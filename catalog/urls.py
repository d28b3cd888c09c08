"""Pages of the catalog, below /<tenant>/."""

from django.urls import URLPattern

app_name = "catalog"
urlpatterns: list[URLPattern] = []
