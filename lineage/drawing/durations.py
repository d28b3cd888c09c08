"""How long something took, in words that fit beside a bar, and the round steps of a time axis."""

_UNITS = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0))
_STEPS = tuple(
    [scale * step for scale in (0.001, 0.01, 0.1) for step in (1, 2, 5)]
    + [1, 2, 5, 10, 20, 30]
    + [60 * step for step in (1, 2, 5, 10, 15, 30)]
    + [3_600 * step for step in (1, 2, 3, 6, 12)]
    + [86_400 * step for step in (1, 2, 7, 14, 28, 91, 182, 365)]
)


def duration_text(seconds: float) -> str:
    """In its two largest units: `1 min 41 s`, `2 h 28 min`, `3 d`; short ones `4.2 s`, `12 ms`."""
    if seconds < 0:
        return f"\u2212{duration_text(-seconds)}"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds else "0 s"
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    left = round(seconds)
    for i, (unit, size) in enumerate(_UNITS):
        if left >= size:
            whole, rest = divmod(left, int(size))
            minor, minor_size = _UNITS[min(i + 1, len(_UNITS) - 1)]
            part = rest // int(minor_size) if unit != "s" else 0
            return f"{whole} {unit} {part} {minor}" if part else f"{whole} {unit}"
    raise AssertionError("a duration of ten seconds or more has a unit")


def round_step(span: float, most: int = 5) -> float:
    """The smallest round step in seconds that cuts `span` seconds into at most `most` pieces."""
    for step in _STEPS:
        if span <= step * most:
            return step
    return _STEPS[-1] * max(1, round(span / _STEPS[-1] / most))
