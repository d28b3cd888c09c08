"""How much of the corpus is understood, measured: the figures of docs/sql-lineage.md."""

import pytest

from lineage.sql import DIALECTS, infer
from tests.lineage.sql.corpus_reader import Score, columns_of, read_cases, tables_of

CASES = list(read_cases())


def test_precision_and_recall(capsys: pytest.CaptureFixture[str]):
    tables, columns = Score(), Score()
    for case in CASES:
        found = infer(case.sql, case.dialect)
        tables.count(case.tables, tables_of(found))
        columns.count(case.columns, columns_of(found))
    with capsys.disabled():
        print(f"\n{len(CASES)} scripts in {len({case.dialect for case in CASES})} dialects")
        for what, score in (("tables", tables), ("columns", columns)):
            print(
                f"{what:8} {score.right:4} right, {len(score.wrong)} wrong, {len(score.missing)}"
                f" missing: precision {score.precision:.3f}, recall {score.recall:.3f}"
            )
    for score in (tables, columns):
        assert score.precision >= 0.95, score.wrong
        assert score.recall >= 0.95, score.missing


def test_the_corpus_is_wide_enough():
    assert len(CASES) >= 80
    assert len({case.dialect for case in CASES} & DIALECTS.keys()) >= 12


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_not_understood_is_reported(case):
    problems = infer(case.sql, case.dialect).problems
    assert len(problems) == case.problems, [str(problem) for problem in problems]
    last = case.sql.count("\n") + 1
    assert all(1 <= p.line <= last and p.column >= 1 and p.statement >= 1 for p in problems)
