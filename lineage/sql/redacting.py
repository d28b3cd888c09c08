"""A statement's text without the credentials in it, to be kept and shown."""

import re

from lineage.sql.locations import without_users

MASK = "'******'"

_LITERAL = r"'(?:[^']|'')*'"
_NAMED = re.compile(
    r"\b(credentials|access_key_id|aws_key_id|aws_secret_key|secret_access_key|access_key"
    r"|secret_key|session_token|aws_token|azure_sas_token|sas_token|master_key|master_symmetric_key"
    r"|account_key|connection_string|private_key|passphrase|password|passwd|pwd|token|secret"
    rf"|api_key|identified\s+by)(\s*(?:=>|:=|=|:|AS|TO)?\s*){_LITERAL}",
    re.IGNORECASE,
)
#: Functions that take credentials by their place: how many arguments before them are harmless.
_CALLS = re.compile(
    r"\b(?P<name>s3|s3cluster|gcs|oss|cosn|deltalake|iceberg|hudi|azureblobstorage|mysql"
    r"|postgresql|mongodb|remote|remotesecure|jdbc|odbc|redis)\s*\((?P<arguments>[^()]*)\)",
    re.IGNORECASE,
)
_HARMLESS = {"mysql": 3, "postgresql": 3, "mongodb": 3, "remote": 3, "remotesecure": 3}


def redacted(text: str) -> str:
    """`text` with literals masked that give access to something."""
    if "'" not in text:
        return text
    text = without_users(_NAMED.sub(rf"\1\2{MASK}", text), "******@")
    return _CALLS.sub(_call, text)


def _call(call: re.Match[str]) -> str:
    name = call["name"].lower()
    literals = re.findall(_LITERAL, call["arguments"])
    harmless = _HARMLESS.get(name, 1)
    if name not in _HARMLESS and len(literals) < 3:
        return call[0]
    masked = call["arguments"]
    for literal in literals[harmless : harmless + 2]:
        masked = masked.replace(literal, MASK, 1)
    return call[0].replace(call["arguments"], masked, 1)
