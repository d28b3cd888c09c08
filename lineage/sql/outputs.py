"""T-SQL's OUTPUT … INTO: rows that are changed go into another table as well.

sqlglot reads it in some statements and into some names; here it is taken out of the text, and put
back as what the statement returns.
"""

import re

from sqlglot import exp
from sqlglot.errors import ParseError

from lineage.sql.dialects import Dialect, words
from lineage.sql.parsing import parsed_one
from lineage.sql.queries import Answer
from lineage.sql.scopes import Item, Scope
from lineage.sql.splitting import tokens_of
from lineage.sql.statements import Statement

#: What may follow the clause.
_AFTER = words("FROM WHERE SELECT VALUES DEFAULT EXEC EXECUTE OPTION WITH OUTPUT")


def put_out(match: re.Match[str], text: str, dialect: Dialect) -> list[exp.Expr] | str:
    """The statement without its first OUTPUT, which is what it returns."""
    if dialect.name != "tsql":
        return text
    tokens = tokens_of(text, dialect)
    depth, places = 0, []
    for place, token in enumerate(tokens):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            places.append(place)
    said = {place: tokens[place].text.upper() for place in places}
    start = next((place for place in places if said[place] == "OUTPUT"), None)
    if start is None:
        return text
    after = (place for place in places if place > start and said[place] in _AFTER)
    end = next(after, len(tokens))
    rest = text[tokens[end].start :] if end < len(tokens) else ""
    try:
        statement = parsed_one(f"{text[: tokens[start].start]}{rest}", dialect)
    except ParseError:  # more than one statement, perhaps: they are parted then
        return text
    into = next((p for p in places if start < p < end and said[p] == "INTO"), end)
    if into < end:
        put = text[tokens[start].end + 1 : tokens[into].start]
        where = text[tokens[into].end + 1 : tokens[end - 1].end + 1]
        columns = parsed_one(f"SELECT {put}", dialect).expressions
        table = parsed_one(f"INSERT INTO {where} SELECT 1", dialect).this
        statement.set("returning", exp.Returning(expressions=columns, into=table))
    return [statement]


def output(doing: Statement, node: exp.Expr, rows: Answer, scope: Scope) -> None:
    """What a statement puts out of its `rows`: those of its target, or what it inserts."""
    into = (node.args.get("returning") or exp.Returning()).args.get("into")
    if not isinstance(into, exp.Table | exp.Schema):
        return
    target, columns = doing.target(into)
    put = [part.copy() for part in node.args["returning"].expressions]
    items = [Item((name,), rows.relation) for name in ("inserted", "deleted")]
    answer = doing.reading.query(exp.Select(expressions=put), scope, items)
    doing.put(target, columns, Answer(answer.relation, rows.shaping | doing.reading.shaping))
