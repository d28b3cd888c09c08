"""Statements inside blocks: what follows BEGIN, IF … THEN and the like, as if every branch ran."""

import re

from lineage.sql.dialects import Dialect

#: What may follow the words of a block (BEGIN, IF … THEN, ELSE) as a statement of its own.
_STATEMENT = (
    r"(?=(?:INSERT|UPDATE|DELETE|MERGE|SELECT|CREATE|WITH|DROP|TRUNCATE|DECLARE|SET|EXECUTE|EXEC"
    r"|CALL|COPY|EXPORT|LOAD|ALTER|REPLACE|IF|BEGIN)\b)"
)
_BLOCK = re.compile(
    r"(?:(?:BEGIN|ELSE|LOOP|DO|(?:BEGIN|END)\s+(?:TRY|CATCH))\s+"
    r"|(?:IF|ELSE\s*IF|ELSEIF|ELSIF|WHEN|EXCEPTION\s+WHEN)\b[^;]*?\bTHEN\s+"
    r"|(?:FOR|WHILE)\b[^;]*?\b(?:DO|LOOP)\s+)" + _STATEMENT,
    re.IGNORECASE,
)
#: Dialects whose blocks sqlglot reads by itself.
OWN_BLOCKS = ("tsql", "fabric")


def without_block(text: str, dialect: Dialect) -> str:
    """The statement after BEGIN, IF … THEN, ELSE and the like."""
    while (block := _BLOCK.match(text)) is not None and block.end():
        if dialect.name in OWN_BLOCKS and not re.match(
            r"(BEGIN|END)\s+(TRY|CATCH)|ELSE", text, re.IGNORECASE
        ):
            break
        text = text[block.end() :]
    return text
