"""Bringing dbt projects in: what `lineage.dbt` has read, as assets, lineage, runs and quality."""

from lineage.dbt_import.importing import Progress, import_dbt
from lineage.dbt_import.results import ImportRefused, ImportResult
from lineage.dbt_import.telling import result_json

__all__ = ["ImportRefused", "ImportResult", "Progress", "import_dbt", "result_json"]
