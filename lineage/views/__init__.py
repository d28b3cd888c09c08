"""Pages of runs, flows and lineage: fetch, call once, answer."""
