"""When an exporter runs: every so often, by cron, or again after something went wrong."""

from datetime import datetime, timedelta

from croniter import croniter

from lineage.models import Exporter

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=31)
#: After the first failure, doubled with every further one, up to the most.
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)


def cron_problem(text: str) -> str:
    """What is wrong with five fields of cron; "" for good ones."""
    if len(text) > 100 or len(text.split()) != 5 or not croniter.is_valid(text):
        return "Five fields of cron, in UTC, such as “*/15 * * * *”."
    return ""


def every_problem(every: timedelta) -> str:
    return "" if SHORTEST <= every <= LONGEST else "From a minute (PT1M) to 31 days (P31D)."


def next_run(exporter: Exporter, now: datetime) -> datetime | None:
    """None for one that only runs when somebody says so."""
    if exporter.every:
        return now + exporter.every
    if exporter.cron:
        following: datetime = croniter(exporter.cron, now).get_next(datetime)
        return following
    return None


def retry_after(failures: int, asked: float, now: datetime) -> datetime:
    """`failures` in a row, this one counted; `asked`: seconds that the receiver asks for."""
    pause = min(FIRST_RETRY * 2 ** min(failures - 1, 20), LAST_RETRY)
    return now + max(pause, min(timedelta(seconds=asked), LAST_RETRY))
