"""Words that sqlglot stumbles over and that say nothing of lineage: taken out before it reads."""

import re

from lineage.sql.dialects import Dialect, words

_NAME = r"[\w.`\"\[\]$#-]+"
_MYSQL = words("mysql singlestore doris starrocks")
_SPARK = words("spark databricks hive")

#: In which dialects, what to look for, and what stands there instead.
_NOISE = tuple(
    (dialects, re.compile(pattern, re.IGNORECASE | re.DOTALL), instead)
    for dialects, pattern, instead in (
        (
            _MYSQL,
            r"\A(INSERT|REPLACE|UPDATE|DELETE)\s+"
            r"(?:(?:LOW_PRIORITY|HIGH_PRIORITY|DELAYED|QUICK|IGNORE)\s+)+",
            r"\1 ",
        ),
        (words("mysql sqlite"), rf"\AREPLACE\s+(?!INTO\b)(?={_NAME}\s)", "REPLACE INTO "),
        (words("sqlite"), r"\AUPDATE\s+OR\s+\w+\s+", "UPDATE "),
        (
            words("postgres redshift"),
            r"\A((?:INSERT|WITH)\b.*?)\bOVERRIDING\s+(?:SYSTEM|USER)\s+VALUE\b",
            r"\1",
        ),
        (
            words("redshift"),
            r"\A(MERGE\b.*)\bREMOVE\s+DUPLICATES\b",
            r"\1 WHEN NOT MATCHED THEN INSERT *",
        ),
        (
            _SPARK,
            r"\A(INSERT\s+OVERWRITE\b.*?\bPARTITION\s*\([^)]*\)\s*)IF\s+NOT\s+EXISTS\b",
            r"\1",
        ),
        (_SPARK, r"\A(CREATE\b.*?)\b(?:DEEP|SHALLOW)\s+(?=CLONE\b)", r"\1"),
        (_SPARK, r"\A(MERGE\s+)WITH\s+SCHEMA\s+EVOLUTION\s+", r"\1"),
        (words("oracle"), r"\A(INSERT\b.*)\bLOG\s+ERRORS\b[^;]*\Z", r"\1"),
        (
            words("oracle"),
            rf"\A(CREATE\s+(?:GLOBAL\s+TEMPORARY\s+)?TABLE\s+{_NAME}\s+)"
            r"(?:(?!\bAS\b)[^;()])+(?=\bAS\s+(?:SELECT|WITH|\())",
            r"\1",
        ),
        (
            words("tsql fabric"),
            rf"\A(INSERT\s+(?:INTO\s+)?{_NAME}\s+)WITH\s*\(\s*[A-Z_]+(?:\s*,\s*[A-Z_]+)*\s*\)",
            r"\1",
        ),
        (  # also inside a block
            words("tsql fabric"),
            r"\b(INSERT|UPDATE|DELETE|MERGE)\s+TOP\s*\([^)]*\)\s*(?:PERCENT\b)?",
            r"\1 ",
        ),
        (
            words("postgres"),
            r"\A(CREATE\b[^;]*?)\bON\s+COMMIT\s+(?:DROP|(?:DELETE|PRESERVE)\s+ROWS)\s+(?=AS\b)",
            r"\1",
        ),
        (
            words("postgres"),
            rf"\A(CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+{_NAME}\s+)WITH\s*\([^)]*\)\s*(?=AS\b)",
            r"\1",
        ),
        (
            _MYSQL | words("postgres oracle"),
            r"\A(CREATE\b.*?\bVIEW\b.*)\bWITH\s+(?:(?:LOCAL|CASCADED)\s+)?CHECK\s+OPTION\s*\Z",
            r"\1",
        ),
        (
            words("trino"),
            r"\A(CREATE\s+(?:OR\s+REPLACE\s+)?MATERIALIZED\s+VIEW\b.*?)"
            r"\bGRACE\s+PERIOD\s+INTERVAL\s+'[^']*'\s+\w+",
            r"\1",
        ),
    )
)


def without_noise(text: str, dialect: Dialect) -> str:
    for dialects, pattern, instead in _NOISE:
        if dialect.name in dialects:
            text = pattern.sub(instead, text)
    return text
