"""What was said of assets, read and checked: declarations, references, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

EXTERNAL_TYPE = "io.kestra.core.models.assets.External"


class Unset(Enum):
    """Tells "not declared" from an explicit null."""

    UNSET = "unset"


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True)
class AssetReference:
    """An asset that a task reads: `type` only types an asset that does not exist yet (K1.6)."""

    id: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class AssetDeclaration:
    """An asset that a task writes, rendered and validated (K1.2).

    `display_name` and `description`: None keeps what is stored. `metadata`: shallow, a key with
    the value None removes that key (K1.7). `namespace`: UNSET keeps, None clears it. `lifecycle`:
    what `catalog.reading.lifecycle` tells, and only what was said.
    """

    id: str
    type: str
    namespace: str | None | Unset = UNSET
    display_name: str | None = None
    description: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    lifecycle: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Any]:
        """What is declared, as `catalog.merging.Touch` takes it."""
        fields: dict[str, Any] = {
            "displayName": self.display_name,
            "description": self.description,
            "metadata": self.metadata,
            **self.lifecycle,
        }
        return fields if self.namespace is UNSET else {**fields, "namespace": self.namespace}


@dataclass(frozen=True, slots=True)
class AssetError:
    """Why one field of a declaration could not be used: `field` is a path like `outputs[0].id`."""

    field: str
    message: str
