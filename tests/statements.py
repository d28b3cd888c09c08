"""How many SQL statements something takes."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements(run: Callable[[], object]) -> int:
    """Of the second time: the first notes the token's use, and fills what a process keeps."""
    run()
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)
