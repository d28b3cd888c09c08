"""Lineage of SQL: text in, what its statements read and write out.

`infer` reads a script in this process, `infer_many` in one that may be killed. Nothing in here
knows Django, the database or a request.
"""

from lineage.sql.dialects import DIALECTS, GENERIC, dialect_of
from lineage.sql.inference import infer
from lineage.sql.process import infer_many
from lineage.sql.results import Inference, Job, SqlProblem, StatementLineage
from lineage.sql.templates import made_parsable

__all__ = [
    "DIALECTS",
    "GENERIC",
    "Inference",
    "Job",
    "SqlProblem",
    "StatementLineage",
    "dialect_of",
    "infer",
    "infer_many",
    "made_parsable",
]
