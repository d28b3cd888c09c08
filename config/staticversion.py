"""A name for the state of all static files, for use in their URLs.

The URL of every file carries it (`/static/3f2a…/css/app.css`), so browsers may keep files for
ever, and a new release is seen at once; relative links between files (ES modules, CSS) just work,
and there is no `collectstatic` to forget.
"""

import hashlib
from pathlib import Path


def static_version(base_dir: Path) -> str:
    """Changes with any file under `static/` and with any package that brings files of its own."""
    digest = hashlib.blake2b(digest_size=6)
    folder = base_dir / "static"
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    digest.update((base_dir / "uv.lock").read_bytes())
    return digest.hexdigest()
