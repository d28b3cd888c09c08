"""What was not understood, or could not be taken as it is: said of each node, never lost."""

from dataclasses import dataclass, field

#: Notes of one import: more of them nobody reads.
MAX_NOTES = 2_000


@dataclass(frozen=True, slots=True)
class Note:
    """`node`: the dbt unique id, or "" where it is about a whole file. `is_loss`: something is
    left out, where else it was only changed. `field`: a path such as `config.meta`."""

    node: str
    field: str
    message: str
    is_loss: bool = False


@dataclass(slots=True)
class Notes:
    """Collects them in the order found; beyond MAX_NOTES it only counts."""

    found: list[Note] = field(default_factory=list)
    left_off: int = 0

    def add(self, node: str, field: str, message: str, *, is_loss: bool = False) -> None:
        if len(self.found) < MAX_NOTES:
            self.found.append(Note(node, field, message, is_loss))
        else:
            self.left_off += 1

    def loss(self, node: str, field: str, message: str) -> None:
        self.add(node, field, message, is_loss=True)
