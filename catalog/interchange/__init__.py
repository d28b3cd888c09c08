"""Catalogs as files: CSV, JSON lines and YAML in and out, as plain values.

Nothing in here knows Django, the database or a request.
"""
