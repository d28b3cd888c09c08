"""The files of one dbt command, read together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lineage.dbt.catalog import Catalog, read_catalog
from lineage.dbt.manifest import read_manifest
from lineage.dbt.nodes import Manifest
from lineage.dbt.notes import Notes
from lineage.dbt.run_results import Invocation, read_run_results
from lineage.dbt.streaming import InvalidArtifact, Source

#: Which file is which, by its name without `.json`: only the manifest must be there.
FILES = ("manifest", "catalog", "run_results")


@dataclass(frozen=True, slots=True)
class Artifacts:
    """`invocation` is None where nothing ran, also when a file tells of a mere `dbt compile`."""

    manifest: Manifest
    catalog: Catalog | None
    invocation: Invocation | None
    notes: Notes

    @property
    def as_of(self) -> datetime:
        """Until when the manifest was what dbt worked with: it is written as a command begins,
        and what its runs send in between is no later word on what the project says."""
        times = [self.manifest.generated_at]
        if self.catalog is not None:
            times.append(self.catalog.generated_at)
        if self.invocation is not None and self.invocation.id == self.manifest.invocation_id:
            times.append(self.invocation.ended_at)
        return max(times)


def read_artifacts(files: Mapping[str, Source]) -> Artifacts:
    """Raises InvalidArtifact, whose `field` names the file."""
    notes = Notes()
    if "manifest" not in files:
        error = InvalidArtifact("is required: dbt writes it to target/manifest.json")
        error.field = "manifest"
        raise error
    manifest: Manifest = _read("manifest", files, read_manifest, notes)
    catalog = _read("catalog", files, read_catalog, notes)
    invocation = _read("run_results", files, read_run_results, notes)
    if invocation is not None and invocation.is_idle:
        notes.add(
            "", "run_results.args.which", f"`dbt {invocation.command}` runs nothing: left out"
        )
        invocation = None
    return Artifacts(manifest, catalog, invocation, notes)


def _read(
    name: str,
    files: Mapping[str, Source],
    read: Callable[[Source, Notes], Any],
    notes: Notes,
) -> Any:
    if name not in files:
        return None
    try:
        return read(files[name], notes)
    except InvalidArtifact as error:
        error.field = name
        raise
