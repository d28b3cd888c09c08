"""Pages of the catalog: fetch, call once, answer."""
