"""What all destinations have in common: they take messages, and say which they refuse."""

from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from lineage.openlineage.outgoing.events import Message


class Unreachable(Exception):
    """Nothing can be delivered now. `retry_after`: when the receiver wants to be asked again."""

    def __init__(self, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Destination(Protocol):
    """Used in a `with` block: what `send` has taken is safe when it returns."""

    #: How many messages go out together.
    size: int

    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...

    def send(self, messages: Sequence[Message]) -> Mapping[int, str]:
        """Index → why it is refused, of those that are. Raises Unreachable."""
        ...

    def expect_refusals(self) -> None:
        """What follows was refused before: that it is again tells nothing of the receiver."""
        ...
