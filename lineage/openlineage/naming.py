"""Names: OpenLineage's (namespace, name) pairs into ids of assets, flows, tasks and namespaces.

Each rule stands in docs/openlineage.md. A name that fits is kept letter by letter; one that does
not is changed the same way every time, and never so that two names that differ meet in one flow.
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from catalog.reading.rules import (
    ASSET_ID_LENGTH,
    DISPLAY_NAME_LENGTH,
    validate_asset_id,
    validate_namespace,
)
from lineage.kestra.values import FLOW_ID
from lineage.openlineage.systems import (
    CONTAINERS,
    DATABASE_TABLE,
    MESSAGING,
    NO_HOST,
    OBJECT_STORES,
    PORTS,
    SCHEMES,
    STORAGE,
    SYSTEMS,
)

DEFAULT_TEMPLATE = "{namespace}/{name}"

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?://([^/]*))?(/.*)?", re.DOTALL)
_SLASHES = re.compile(r"/{2,}")
_END = re.compile(r"[\s/]+$")
#: A part of a path that says little without the one before it.
_VAGUE = re.compile(
    r"\d[\d._\-:T]*|[^=/]*=.*|\*+|part-.*|[0-9a-f-]{32,36}|data|latest|current|_?delta_log|v\d+",
    re.IGNORECASE,
)
_FILE_ENDING = re.compile(
    r"\.(?:csv|tsv|json|jsonl|ndjson|parquet|avro|orc|txt|xml|ya?ml|xlsx?|pdf|html?|gz|zip|bz2)$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\"[^\"]+\"|`[^`]+`|\[[^\]]+\]|[^.]+")


class _Namespace(NamedTuple):
    """`scheme://authority/path`; a namespace that is no URI is a scheme with nothing after it."""

    scheme: str
    authority: str
    path: str


@lru_cache(maxsize=4096)
def normalized(namespace: str, name: str) -> tuple[str, str]:
    """The one spelling of a dataset's name (OpenLineage's naming spec)."""
    parts = _split(namespace)
    if parts is None:
        return namespace, name
    scheme, authority, path = parts
    spelled = f"{scheme}://{authority}{path}" if authority or path else scheme
    return spelled, _path(scheme, name) if scheme in STORAGE else name


@lru_cache(maxsize=4096)
def _split(namespace: str) -> _Namespace | None:
    """None: neither a URI nor a word of the naming spec."""
    text = namespace.strip()
    found = _URI.fullmatch(text)
    if found is None or not (found[2] or found[3] or text.endswith("://")):
        word = text.rstrip(":").lower()
        return _Namespace(SCHEMES.get(word, word), "", "") if word in _WORDS else None
    scheme = found[1].lower()
    scheme = SCHEMES.get(scheme, scheme)
    path = _SLASHES.sub("/", _END.sub("", found[3] or ""))
    return _Namespace(scheme, _authority(scheme, found[2] or ""), path)


#: Namespaces of one word that the naming spec knows, in any case.
_WORDS = STORAGE | MESSAGING | {"bigquery"} | SCHEMES.keys()


def _authority(scheme: str, authority: str) -> str:
    user, at, host = (part.strip() for part in authority.rpartition("@"))
    if scheme not in NO_HOST:
        host = host.lower()
    if scheme in PORTS and host:
        host = ",".join(_with_port(one.strip(), PORTS[scheme]) for one in host.split(","))
    return f"{user}{at}{host}" if scheme in CONTAINERS else host


def _with_port(host: str, port: str) -> str:
    return f"{host.removesuffix(':')}:{port}" if not re.search(r":\d+$", host) else host


def _path(scheme: str, name: str) -> str:
    """No doubled and no trailing slashes; a key of an object store without a leading one."""
    if "://" in name:
        return name
    path = _SLASHES.sub("/", name)
    path = path.rstrip("/") or "/"
    return path.lstrip("/") or "/" if scheme in OBJECT_STORES else path


def scheme_of(namespace: str) -> str:
    """The scheme of a namespace, as the spec spells it; "" for one that has none."""
    parts = _split(namespace)
    return parts.scheme if parts else ""


def is_storage(namespace: str) -> bool:
    """Whether it holds files rather than tables."""
    return scheme_of(namespace) in STORAGE


def system_of(namespace: str) -> str:
    """The kind of store, where it is one that we know: postgres, s3, kafka, glue."""
    if namespace.startswith("arn:aws:glue:"):
        return "glue"
    scheme = scheme_of(namespace) or namespace.lower()
    return scheme if scheme in SYSTEMS else ""


def canonical_first(one: str, other: str) -> tuple[str, str]:
    """(the id that stays, the other) of two ids of one dataset: a table's before a path's.

    Then the smaller one: a total order, so that of any number of names the same one stays,
    whatever the order in which pairs of them are told.
    """
    first, second = sorted((one, other), key=lambda id_: (is_path(id_), id_))
    return first, second


def is_path(id_: str) -> bool:
    """Whether an id is that of a file or a directory, as `asset_id` makes it."""
    return is_storage(id_) or id_.partition("/")[0] in STORAGE


def is_messaging(namespace: str) -> bool:
    """Whether it holds topics or queues."""
    return scheme_of(namespace) in MESSAGING


def asset_id(namespace: str, name: str, template: str = DEFAULT_TEMPLATE) -> str:
    """The id of the asset that a dataset is; always one that `validate_asset_id` takes.

    `template` holds `{namespace}` and `{name}`. A name of only what an id cannot hold still gives
    one, and one longer than 500 characters ends in a digest of all of it.
    """
    space = namespace.rstrip("/")
    before = template.partition("{name}")[0]
    path = name.lstrip("/") if before.endswith("/") and name.strip("/") else name
    text = template.replace("{namespace}", "\0").replace("{name}", path).replace("\0", space)
    return _fitting_id(text.strip("/") if text.strip("/") else text)


def _fitting_id(text: str) -> str:
    if validate_asset_id(text) is None:
        return text
    encoded = "".join(character if _fits(character) else _escaped(character) for character in text)
    if not (encoded[:1].isascii() and encoded[:1].isalnum()):
        encoded = f"id:{encoded}"
    return _cut(encoded, ASSET_ID_LENGTH, text, "~")


def _fits(character: str) -> bool:
    return validate_asset_id(f"a{character}") is None


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode(errors="replace"))


def _cut(text: str, length: int, whole: str, joint: str) -> str:
    """`text`, or if it is too long as much of it as fits, with a digest of `whole`."""
    if len(text) <= length:
        return text
    return f"{text[: length - 17]}{joint}{short_digest(whole, 8)}"


def short_digest(text: str, size: int = 4) -> str:
    """`size` bytes in hexadecimal digits."""
    return blake2b(text.encode(errors="surrogatepass"), digest_size=size).hexdigest()


def display_name(namespace: str, name: str) -> str:
    """The last part of a table's name; of a path also what it takes to tell something."""
    parts = _split(namespace)
    scheme = parts.scheme if parts else ""
    if scheme in MESSAGING:
        shown = name.rpartition(":")[2] if scheme == "pubsub" else name
    elif scheme in STORAGE or "/" in name or (not scheme and names_file(name)):
        shown = _end_of_path(name) or (parts.authority if parts else "")
    else:
        shown = (_PARTS.findall(name) or [name])[-1].strip('"`[]')
    return (shown or name)[:DISPLAY_NAME_LENGTH]


def names_file(name: str) -> bool:
    """Whether a name ends as files do."""
    return _FILE_ENDING.search(name) is not None


def table_parts(namespace: str, name: str) -> dict[str, str]:
    """`database`, `schema` and `name` of a table, as far as its name tells them."""
    scheme = system_of(namespace)
    if scheme == "glue":
        name = name.removeprefix("table/").replace("/", ".")
    if not scheme or scheme in STORAGE or scheme in MESSAGING or "/" in name:
        return {}
    parts = [part.strip('"`[]') for part in _PARTS.findall(name)]
    keys = ("database", "schema", "name")
    if scheme in DATABASE_TABLE and len(parts) == 2:
        keys = ("database", "", "name")
        parts = [parts[0], "", parts[1]]
    if not 1 <= len(parts) <= 3:
        return {}
    return {key: part for key, part in zip(keys[-len(parts) :], parts, strict=True) if key}


def _end_of_path(name: str) -> str:
    """`raw/orders/2024` → `orders/2024`: as many parts as it takes, at most four."""
    parts = [part for part in name.split("/") if part]
    first = len(parts) - 1
    while first > max(0, len(parts) - 4) and _VAGUE.fullmatch(parts[first]):
        first -= 1
    return "/".join(parts[max(first, 0) :])


@lru_cache(maxsize=8192)
def headwater_namespace(text: str) -> str:
    """Lower case; each run of what a namespace cannot hold becomes one hyphen."""
    name = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")
    if not name:
        return f"ns-{short_digest(text)}"
    name = _cut(name, 150, text, "-")
    assert validate_namespace(name) is None
    return name


@lru_cache(maxsize=8192)
def flow_id(name: str) -> str:
    """A job's name where a flow may have it; else with hyphens and a digest of the whole name."""
    if FLOW_ID.fullmatch(name):
        return name
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:191].rstrip("-._")
    return f"{readable or 'job'}-{short_digest(name)}"


def task_id(name: str) -> str:
    """Tasks are named by the rule for flows."""
    return flow_id(name)


def matches(pattern: str, namespace: str) -> bool:
    """Whether a glob (`*` anything, `?` one character) fits a namespace, in any case.

    Both may be spelled as they were sent or as `normalized` spells them.
    """
    patterns, spellings = {pattern}, {namespace, normalized(namespace, "")[0]}
    if "*" not in pattern and "?" not in pattern:
        patterns.add(normalized(pattern, "")[0])
    return any(_globs(one, spelling) for one in patterns for spelling in spellings)


def _globs(pattern: str, text: str) -> bool:
    return fnmatchcase(text.lower(), pattern.lower().replace("[", "[[]"))
