"""How far a long command is: a bar on a terminal, a line for each step elsewhere."""

import sys
from typing import TextIO

WIDTH = 30


class Bar:
    """Writes to stderr, so that what a command tells can still be piped on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.shown = ""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total`, whatever they count, and what comes now."""
        if not self.is_terminal:
            if what != self.shown:
                self.shown = what
                self.stream.write(f"{what} …\n")
            return
        share = min(1.0, done / total) if total else 1.0
        full = round(share * WIDTH)
        line = f"{'█' * full}{'░' * (WIDTH - full)} {share:4.0%}  {what}"
        if line != self.shown:
            self.shown = line
            self.stream.write(f"\r\x1b[2K{line}")
            self.stream.flush()

    def end(self) -> None:
        """Take the bar away: what follows starts on a line of its own."""
        if self.is_terminal and self.shown:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
