"""Who says something of datasets, and the stamps by which the latest word holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from catalog.touches import Part, Touch, stamp
from lineage.openlineage.accumulated import INPUT, OUTPUT
from lineage.openlineage.registers import Stamp
from lineage.recording.openlineage.rows import RunRow
from lineage.recording.rendered import RenderedRun
from lineage.recording.traces import source_of

#: Positions within a stamp: inputs before outputs.
HALF = 500_000


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says it. `id` breaks ties of time (DESIGN §6, Order), then the event's digest does;
    `execution` is "" where there is none; `source`: as AssetChange's.

    `earliest` and `at` in µs: its first event, and what its reads and writes are counted at.
    `part`: what it did to its outputs; None for one that does nothing, as a job's design.
    """

    id: str
    execution: str
    source: Mapping[str, Any]
    job_namespace: str | None
    earliest: int
    at: int
    part: Part | None

    def stamp(self, at: Stamp, position: str, name: str) -> str:
        """Ends in who said it, as the catalog shows it; what decides stands before, and does not
        change when a run turns out to be part of another execution.

        `name`: the id it is said under. Of two that turn out to be one asset's, and of which one
        event says different things, the same one holds whenever that turns out.
        """
        told_by = f"{self.execution}/{self.id}" if self.execution else ""
        place = (HALF if position == OUTPUT else 0) + place_of(name)
        return stamp(at[0], f"{self.id}|{at[1]}|{told_by}", place)


def speaker_of(row: RunRow, run: RenderedRun) -> Speaker:
    """A run with events."""
    assert row.accumulated is not None
    return Speaker(
        id=row.run_id,
        execution=row.root_run_id,
        source=source_of(run),
        job_namespace=run.home,
        earliest=row.accumulated.earliest,
        at=run.at,
        part=run.output_part,
    )


def place_of(name: str) -> int:
    """Of an id among those that one event may name."""
    return crc32(name.encode(errors="surrogatepass")) % HALF


def counting_touches(position: str, name: str, speaker: Speaker) -> list[Touch]:
    """That a run has read or written it, if it has."""
    part = Part.READ if position == INPUT else speaker.part if position == OUTPUT else None
    if speaker.part is None or part is None:
        return []
    now = speaker.stamp((speaker.at, ""), position, name)
    return [Touch(now, speaker.at, part, source=speaker.source, declares=False)]


def renewing_touch(last: Stamp, name: str, speaker: Speaker) -> Touch:
    """An output is as new as what was said of it last."""
    return Touch(
        speaker.stamp(last, OUTPUT, name),
        last[0],
        Part.DESCRIBE,
        source=speaker.source,
        counts=False,
        renews=True,
    )
