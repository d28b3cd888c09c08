"""Facets, made with the official client's classes, and the ones that are Headwater's own."""

from collections.abc import Mapping, Sequence
from typing import Any

import attr
from openlineage.client.generated.base import BaseFacet, DatasetFacet, JobFacet, RunFacet
from openlineage.client.serde import Serde

#: OpenLineage wants URIs; what reads them as such finds a name, not an address.
PRODUCER = "urn:headwater:exporter"

#: Name → body, JSON-able.
type Facets = dict[str, Any]


def facet(kind: type[BaseFacet], **fields: Any) -> Facets:
    """The body of one facet; what is None is left out."""
    return Serde.to_dict(kind(producer=PRODUCER, **fields))


@attr.define
class HeadwaterAssetFacet(DatasetFacet):
    """The asset as Headwater has it; columns and description are told by the other facets."""

    id: str
    type: str
    namespace: str | None = None
    displayName: str | None = None  # noqa: N815
    status: str | None = None
    owners: Sequence[str] = ()
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] | None = None
    assetActions: Sequence[Mapping[str, Any]] | None = None  # noqa: N815
    partOf: Mapping[str, Any] | None = None  # noqa: N815
    relatedTo: Sequence[Mapping[str, Any]] | None = None  # noqa: N815

    @staticmethod
    def _get_schema() -> str:
        return "urn:headwater:facet:asset:1-0-0"


@attr.define
class HeadwaterRunFacet(RunFacet):
    """Which execution or task run of which tenant this is, and its state in Headwater's words.

    `restricted`: assets that the exporter may not see and so left out.
    """

    origin: str
    tenant: str
    executionId: str  # noqa: N815
    state: str
    url: str | None = None
    parentExecutionId: str | None = None  # noqa: N815
    taskRunId: str | None = None  # noqa: N815
    taskId: str | None = None  # noqa: N815
    value: str | None = None
    iteration: int | None = None
    restricted: int | None = None

    @staticmethod
    def _get_schema() -> str:
        return "urn:headwater:facet:run:1-0-0"


@attr.define
class HeadwaterJobFacet(JobFacet):
    """Which task of which flow this is; without it a job of its own would be made of its name."""

    tenant: str
    flowId: str  # noqa: N815
    taskId: str | None = None  # noqa: N815

    @staticmethod
    def _get_schema() -> str:
        return "urn:headwater:facet:job:1-0-0"
