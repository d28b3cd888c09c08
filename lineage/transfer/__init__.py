"""Catalogs out and in as files: assets with their other names, and what feeds what."""
