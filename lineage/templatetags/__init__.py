"""Template tags of the lineage pages."""
