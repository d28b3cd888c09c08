"""Scripts read for one request, those with a `SELECT *` with the columns that the catalog knows.

A script is read without them first; its answer says which tables' columns would tell more. Those
that the poster may view are asked for in one statement, and the scripts that gain by it are read
again. The answers of both are kept by what they were made from (`lineage.sql.process`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from accounts.access import Access
from catalog.known_columns import known_columns
from lineage.openlineage.rules import Rules
from lineage.recording.inferred import Naming, Said
from lineage.sql import Inference, Job, infer_many

#: For all scripts of one request, and for those that are read again.
SECONDS = 2.0
SECONDS_AGAIN = 1.0


class Asked(NamedTuple):
    """A script with its dialect, and what is said beside it (`lineage.recording.inferred`)."""

    text: str
    dialect: str
    said: Said


def read_scripts(access: Access, rules: Rules, asked: Sequence[Asked]) -> list[Inference]:
    """One answer a script, in their order. One statement, none where no script wants columns."""
    if not asked:
        return []
    answers = infer_many([(one.text, one.dialect) for one in asked], SECONDS)
    named = [
        _named(one.said, rules, answer.wants) for one, answer in zip(asked, answers, strict=True)
    ]
    known = known_columns(access, (id_ for ids in named for id_ in ids.values()))
    again: dict[int, Job] = {}
    for place, ids in enumerate(named):
        told = tuple((name, known[id_]) for name, id_ in ids.items() if id_ in known)
        if told:
            again[place] = Job(asked[place].text, asked[place].dialect, told)
    better = infer_many(list(again.values()), SECONDS_AGAIN) if again else []
    for place, answer in zip(again, better, strict=True):
        if len(answer.statements) >= len(answers[place].statements):  # else it was cut short
            answers[place] = answer
    return answers


def _named(said: Said, rules: Rules, names: Sequence[str]) -> dict[str, str]:
    """Name in the script → id of the asset that it reads, where it may be one."""
    naming = Naming(said, rules)
    return {name: id_ for name in names if (id_ := naming.read(name))}
