"""Values that must not be shown: those of SECRET inputs, wherever in an execution they turn up.

Orchestrators post inputs as they were given. A secret that a task echoes into its outputs is as
secret there, so its text is masked in everything free-form that belongs to the execution.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from lineage import dsl
from lineage.dsl import SECRET_MASK

#: How Kestra posts what it has encrypted itself; of no use to a reader, so masked as well.
ENCRYPTED = "io.kestra.datatype:aes_encrypted"
#: Shorter secrets are masked as inputs only: replacing "a" everywhere would hide nothing else.
LEAST_ECHO = 4


NONE: frozenset[str] = frozenset()


def secret_inputs(flow: dsl.Flow | None) -> frozenset[str]:
    """Names of the SECRET inputs that a flow declares; nested ones are dotted."""
    return frozenset(i.id for i in flow.inputs if i.type.upper() == "SECRET") if flow else NONE


@dataclass(frozen=True, slots=True)
class Masking:
    """What of one execution is secret: input names, and the texts to be found elsewhere."""

    names: frozenset[str] = NONE
    echoes: tuple[str, ...] = ()

    @classmethod
    def of(cls, inputs: Any, names: Iterable[str]) -> Self:
        """`inputs` as posted, `names` as `secret_inputs` gives them."""
        names = frozenset(names)
        found = {
            text
            for path, value in _leaves(inputs)
            if _is_secret(path, names)
            for text in [str(value)]
            if len(text) >= LEAST_ECHO and not isinstance(value, bool)
        }
        return cls(names, tuple(sorted(found, key=len, reverse=True)))

    def inputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs with every secret replaced by the mask."""
        return {key: self._input(key, value) for key, value in inputs.items()}

    def anywhere(self, value: Any) -> Any:
        """`value` (JSON, any shape) without the secrets that were echoed into it."""
        if isinstance(value, str):
            for echo in self.echoes:
                value = value.replace(echo, SECRET_MASK)
            return value
        if isinstance(value, Mapping):
            if value.get("type") == ENCRYPTED:
                return SECRET_MASK
            return {self.anywhere(key): self.anywhere(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.anywhere(item) for item in value]
        if str(value) in self.echoes:
            return SECRET_MASK
        return value

    def _input(self, path: str, value: Any) -> Any:
        if _is_secret(path, self.names):
            return SECRET_MASK
        if isinstance(value, Mapping) and value.get("type") != ENCRYPTED:
            return {key: self._input(f"{path}.{key}", item) for key, item in value.items()}
        return self.anywhere(value)


def _is_secret(path: str, names: frozenset[str]) -> bool:
    """Whether `path` is a secret input, or a part of one."""
    parts = path.split(".")
    return any(".".join(parts[:n]) in names for n in range(1, len(parts) + 1))


def _leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, path)
    elif value is not None:
        yield path, value
