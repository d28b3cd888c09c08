"""Statements that sqlglot does not parse, put as ones that it does.

Each rule looks at how a statement begins and yields expressions, or other text to be parsed.
"""

import re
from collections.abc import Callable

from sqlglot import exp
from sqlglot.tokens import TokenType

from lineage.sql.blocks import OWN_BLOCKS
from lineage.sql.dialects import Dialect
from lineage.sql.noise import without_noise
from lineage.sql.outputs import put_out
from lineage.sql.parsing import closing, parsed_one, table_of
from lineage.sql.splitting import tokens_of

_TEXTS = (TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING)

type Rule = Callable[[re.Match[str], str, Dialect], list[exp.Expr] | str]


def rewritten(text: str, dialect: Dialect) -> list[exp.Expr] | str:
    """The statement as expressions, or as text that can be parsed (`text` itself, mostly)."""
    text = without_noise(text, dialect)
    for begins, rule in _RULES:
        match = begins.match(text)
        if match is not None:
            found = rule(match, text, dialect)
            if not isinstance(found, str):
                return found
            text = found
    return text


def _replace_into(match: re.Match[str], text: str, dialect: Dialect) -> str:
    return f"INSERT{text[match.end(1) :]}"


def _rename_tables(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    for pair in text[match.end() :].split(","):
        old, new = re.split(r"\s+TO\s+", pair, maxsplit=1, flags=re.IGNORECASE)
        found.append(_alter(table_of(old, dialect), exp.AlterRename(this=table_of(new, dialect))))
    return found


def _exchange_tables(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    one, other = re.split(r"\s+AND\s+", text[match.end() :], maxsplit=1, flags=re.IGNORECASE)
    return [_alter(table_of(one, dialect), exp.SwapTable(this=table_of(other, dialect)))]


def _alter(table: exp.Table, action: exp.Expr) -> exp.Alter:
    return exp.Alter(this=table, kind="TABLE", actions=[action])


def _unload(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr] | str:
    """UNLOAD ('query' or query) TO 'location' …"""
    tokens = tokens_of(text[match.end() :], dialect)
    close = closing(tokens, 0)
    if close is None or len(tokens) < close + 3 or tokens[close + 1].text.upper() != "TO":
        return text
    inner, location = tokens[1:close], tokens[close + 2].text
    if len(inner) == 1 and inner[0].token_type in _TEXTS:
        query = parsed_one(inner[0].text, dialect)
    else:
        start, end = match.end() + inner[0].start, match.end() + inner[-1].end + 1
        query = parsed_one(text[start:end], dialect)
    return [_copied(query, location, "UNLOAD")]


def _into_outfile(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr] | str:
    """SELECT … INTO OUTFILE 'file' options, at the end or before FROM."""
    tokens = tokens_of(text, dialect)
    words = [token.text.upper() for token in tokens]
    depth = 0
    for place in range(len(tokens) - 2):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if depth == 0 and words[place : place + 2] in (["INTO", "OUTFILE"], ["INTO", "DUMPFILE"]):
            after = words.index("FROM", place) if "FROM" in words[place:] else None
            rest = text[: tokens[place].start]
            rest += text[tokens[after].start :] if after is not None else ""
            return [_copied(parsed_one(rest, dialect), tokens[place + 2].text, "SELECT INTO")]
    return text


def _copied(query: exp.Expr, location: str, label: str) -> exp.Copy:
    file = exp.Literal.string(location)
    return exp.Copy(this=exp.Subquery(this=query), kind=False, files=[file], label=label)


def _load_infile(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    return [_loaded(table_of(match["table"], dialect), match["file"])]


def _loaded(table: exp.Table, file: str) -> exp.LoadData:
    return exp.LoadData(this=table, inpath=exp.Literal.string(file))


def _directory(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """INSERT OVERWRITE DIRECTORY 'location' USING format OPTIONS (…) query"""
    return match[1] + text[match.end() :]


def _mutation(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """ClickHouse: ALTER TABLE t UPDATE … WHERE …"""
    return " ".join(("UPDATE", match["table"], "SET", text[match.end() :]))


def _materialized_view(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """Oracle: CREATE MATERIALIZED VIEW v options AS query"""
    if dialect.name != "oracle":
        return text
    return f"CREATE MATERIALIZED VIEW {match['name']} AS {text[match.end() :]}"


def _refreshed(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    return [exp.Refresh(this=table_of(match["name"], dialect), kind="MATERIALIZED VIEW")]


def _used(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    schema = match["name"].strip("'\"")
    table = exp.Table(this=exp.to_identifier(schema, quoted='"' in match["name"]))
    return [exp.Use(kind=exp.Var(this="SCHEMA"), this=table)]


def _used_database(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    """A database that is called like what other databases use."""
    return [exp.Use(this=exp.Table(this=exp.to_identifier(match["name"])))]


def _delete_where(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """Oracle: MERGE may delete some of what it has updated; that decides like its WHERE does."""
    if dialect.name != "oracle":
        return text
    before, after = text[: match.start("delete")], text[match.end("delete") :]
    branch = re.split(r"\bTHEN\b", before, flags=re.IGNORECASE)[-1]
    word = "AND" if re.search(r"\bWHERE\b", branch, re.IGNORECASE) else "WHERE"
    return f"{before}{word}{after}"


def _appended(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr] | str:
    """Redshift: all rows of one table are moved to another."""
    source, target = table_of(match["source"], dialect), table_of(match["table"], dialect)
    return [_alter(target, exp.ReplacePartition(source=source))]


def _not_followed(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr]:
    """What moves rows in a way that nobody follows, and must not be taken for something else."""
    word, *rest = text.split(None, 1)
    return [exp.Command(this=word, expression=" ".join(rest))]


def _condition(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """T-SQL: IF or WHILE without what depends on it, which stands on its own."""
    return f"SELECT 1 WHERE {match['condition']}" if dialect.name in OWN_BLOCKS else text


def _pivot(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """DuckDB: PIVOT as the query of another statement."""
    if dialect.name != "duckdb":
        return text
    at = match.start("pivot")
    return "".join((text[:at], "SELECT * FROM (", text[at:], ")"))


def _without(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """The same without one word that says nothing of lineage."""
    return text[: match.start("word")] + text[match.end("word") :]


def _open_rowset(match: re.Match[str], text: str, dialect: Dialect) -> str:
    return re.sub(r"\b(OPENROWSET\s*\(\s*)BULK\b", r"\1", text, flags=re.IGNORECASE)


def _live(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """Databricks: tables of a pipeline are LIVE.name inside it."""
    return re.sub(r"\bLIVE\s*\.\s*(?=[\w`])", "", _without(match, text, dialect), flags=re.I)


def _inline_data(match: re.Match[str], text: str, dialect: Dialect) -> str:
    """ClickHouse: the rows follow the statement."""
    return f"{match[1]} VALUES (1)"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_NAME = r"[\w.`\"\[\]$#-]+(?:\s*\.\s*[\w`\"\[\]$#-]+)*"
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (_compiled(r"(REPLACE)\s+(?:LOW_PRIORITY\s+|DELAYED\s+)?INTO\b"), _replace_into),
    (_compiled(r"RENAME\s+TABLE\s+"), _rename_tables),
    (_compiled(r"EXCHANGE\s+TABLES\s+"), _exchange_tables),
    (_compiled(r"UNLOAD\s*(?=\()"), _unload),
    (_compiled(r"(?:SELECT|WITH)\b.*\bINTO\s+(?:OUTFILE|DUMPFILE)\s"), _into_outfile),
    (
        _compiled(
            r"LOAD\s+DATA\s+(?:LOW_PRIORITY\s+|CONCURRENT\s+)?(?:LOCAL\s+)?INFILE\s+'(?P<file>[^']*)'"
            rf"\s+(?:REPLACE\s+|IGNORE\s+)?INTO\s+TABLE\s+(?P<table>{_NAME})"
        ),
        _load_infile,
    ),
    (
        _compiled(rf"BULK\s+INSERT\s+(?P<table>{_NAME})\s+FROM\s+'(?P<file>[^']*)'"),
        _load_infile,
    ),
    (
        _compiled(
            r"(INSERT\s+OVERWRITE\s+(?:LOCAL\s+)?DIRECTORY\s+'[^']*'\s+)USING\s+\w+\s+"
            r"(?:OPTIONS\s*\([^)]*\)\s*)?"
        ),
        _directory,
    ),
    (
        _compiled(rf"ALTER\s+TABLE\s+(?P<table>{_NAME})\s+(?:ON\s+CLUSTER\s+\S+\s+)?UPDATE\s+"),
        _mutation,
    ),
    (
        _compiled(
            rf"CREATE\s+MATERIALIZED\s+VIEW\s+(?P<name>{_NAME})\s+(?!AS\b|\()[^;]*?\bAS\s+"
            r"(?=SELECT\b|WITH\b|\()"
        ),
        _materialized_view,
    ),
    (
        _compiled(rf"REFRESH\s+MATERIALIZED\s+VIEW\s+(?:CONCURRENTLY\s+)?(?P<name>{_NAME})"),
        _refreshed,
    ),
    (
        _compiled(
            r"SET\s+(?:LOCAL\s+|SESSION\s+)?SEARCH_PATH\s*(?:TO|=)\s*"
            r"(?:\"\$user\"\s*,\s*|'\$user'\s*,\s*)?(?P<name>[\w\"']+)"
        ),
        _used,
    ),
    (
        _compiled(r"USE\s+(?P<name>WAREHOUSE|ROLE|DATABASE|SCHEMA|CATALOG|SECONDARY)\s*$"),
        _used_database,
    ),
    (
        _compiled(rf"ALTER\s+TABLE\s+(?P<table>{_NAME})\s+APPEND\s+FROM\s+(?P<source>{_NAME})"),
        _appended,
    ),
    (_compiled(r"(?:CREATE|INSERT)\b.*?\bAS\s+(?P<pivot>(?:UN)?PIVOT\s+[\w(\"'])"), _pivot),
    (
        _compiled(rf"TRUNCATE\s+TABLE\s+{_NAME}(?P<word>\s+(?:REUSE|DROP)\b[^;]*)$"),
        _without,
    ),
    (
        _compiled(
            r"(?:IF|WHILE)\s+(?P<condition>(?:(?!\b(?:BEGIN|INSERT|UPDATE|DELETE|MERGE|DROP|TRUNCATE"
            r"|EXEC|EXECUTE|SET|INTO|PRINT|RETURN|BREAK|THROW|RAISERROR|CREATE|ALTER)\b).)+)$"
        ),
        _condition,
    ),
    (_compiled(r"COPY\s+FROM\s+DATABASE\b"), _not_followed),
    (_compiled(r"INSERT\s+(?:INTO\s+)?OPEN(?:ROWSET|QUERY|DATASOURCE)\s*\("), _not_followed),
    (_compiled(r"MERGE\b.*\b(?P<delete>DELETE\s+WHERE)\b"), _delete_where),
    (_compiled(r"SET\s+(?:CURRENT\s+)?SCHEMA\s*=?\s*(?P<name>[\w\"']+)\s*$"), _used),
    (
        _compiled(r"ALTER\s+SESSION\s+SET\s+CURRENT_SCHEMA\s*=\s*(?P<name>[\w\"]+)"),
        _used,
    ),
    (_compiled(r"(?:INSERT|UPDATE|DELETE|MERGE|WITH)\b.*?\bOUTPUT\s"), put_out),
    (
        _compiled(r"(?:SELECT|WITH|INSERT|MERGE|CREATE)\b.*\bOPENROWSET\s*\(\s*BULK\b"),
        _open_rowset,
    ),
    (
        _compiled(
            r"CREATE\s+(?:OR\s+(?:REPLACE|REFRESH)\s+)?(?:STREAMING\s+)?(?P<word>LIVE\s+)"
            r"(?:TABLE|VIEW)\b"
        ),
        _live,
    ),
    (
        _compiled(
            r"CREATE\s+(?:OR\s+REPLACE\s+)?EXTERNAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
            rf"(?P<table>{_NAME})\b.*?\bLOCATION\s*=\s*(?P<file>@[^\s,)]+)"
        ),
        _load_infile,
    ),
    (_compiled(r"CREATE\s+(?P<word>SNAPSHOT\s+)TABLE\b"), _without),
    (
        _compiled(rf"(INSERT\s+INTO\s+(?:TABLE\s+)?{_NAME}\s*(?:\([^)]*\)\s*)?)FORMAT\s+\w+"),
        _inline_data,
    ),
)
