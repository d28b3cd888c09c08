"""Which artifact a file is, and of which version: dbt names its schema in `metadata`."""

import re
from dataclasses import dataclass

from lineage.dbt.notes import Notes
from lineage.dbt.streaming import InvalidArtifact
from lineage.dbt.values import Json, text

_SCHEMA = re.compile(r"/dbt/(?P<kind>[a-z-]+)/v(?P<version>\d+)(\.json)?$")


@dataclass(frozen=True, slots=True)
class Known:
    """The versions of one kind of artifact that this reader was written for.

    `also`: numbers of other writers that mean one of them (dbt Fusion's manifest v20 is v12).
    """

    kind: str
    first: int
    last: int
    also: frozenset[int] = frozenset()


MANIFEST = Known("manifest", 10, 12, frozenset({20}))
CATALOG = Known("catalog", 1, 1)
RUN_RESULTS = Known("run-results", 4, 6)


def check_version(metadata: Json, known: Known, notes: Notes) -> int:
    """The version; 0 when the file does not tell. Notes what is older or newer than known.

    Raises InvalidArtifact for another kind of file: a catalog that was sent as manifest.
    """
    place = known.kind.replace("-", "_")
    schema = text(metadata, "dbt_schema_version")
    found = _SCHEMA.search(schema)
    if found is None:
        notes.add("", f"{place}.metadata.dbt_schema_version", "does not tell the version")
        return 0
    if found["kind"] != known.kind:
        raise InvalidArtifact(f"is a dbt {found['kind']}, not a {known.kind}")
    version = int(found["version"])
    if version not in known.also and not known.first <= version <= known.last:
        how = "older" if version < known.first else "newer"
        notes.add(
            "",
            f"{place}.metadata.dbt_schema_version",
            f"v{version} is {how} than v{known.first} to v{known.last}, which are known:"
            " read as far as it is understood",
        )
    return version
