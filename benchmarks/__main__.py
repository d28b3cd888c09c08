"""Measure on a database and a server of its own, and print the README's table.

    uv run python -m benchmarks [ingest] [openlineage] [search] [graph] [--small]

Without names, everything. `--small` takes a tenth of the data: a quick look, not the figures.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable

from benchmarks.report import Report
from benchmarks.scene import Scene, scene

PARTS = ("ingest", "openlineage", "search", "graph")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help="what to measure")
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    report = Report(machine())
    with scene(small=options.small) as stage:
        for name in options.parts or PARTS:
            print(f"· {name}", file=sys.stderr, flush=True)
            part(name)(stage, report)
    print(report.table())


def part(name: str) -> Callable[[Scene, Report], None]:
    """Imported only now, because `scene` sets Django up."""
    from importlib import import_module

    measure: Callable[[Scene, Report], None] = import_module(f"benchmarks.{name}").measure
    return measure


def machine() -> str:
    with open("/proc/meminfo") as lines:
        memory = round(int(next(lines).split()[1]) / 1024**2)
    return f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"


main()
