"""Pictures: plain values in, SVG text out. Nothing in here knows Django, the database or a request."""
