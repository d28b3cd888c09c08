"""Environment variables: what is read from each, and what is refused."""

import threading

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment, kept_secret


def given(text: str) -> Environment:
    return Environment({"NAME": text})


@pytest.mark.parametrize(
    ("text", "value"), [("on", True), ("0", False), ("", False), ("No", False)]
)
def test_flags(text, value):
    assert given(text).flag("NAME") is value


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://ann:p%40ss@db.example.com:6432/head%20water?sslmode=require",
            ("head water", "ann", "p@ss", "db.example.com", "6432", {"sslmode": "require"}),
        ),
        ("postgres:///hw?host=/run/postgresql", ("hw", "", "", "/run/postgresql", "", {})),
        ("postgresql://%2Frun%2Fpg/hw", ("hw", "", "", "/run/pg", "", {})),
        ("postgresql://[::1]/hw", ("hw", "", "", "::1", "", {})),
        ("postgresql://a,b/hw", ("hw", "", "", "a,b", ",", {})),
    ],
)
def test_database_urls(url, expected):
    found = given(url).database("NAME")
    keys = ["NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"]
    assert tuple(found[key] for key in keys) == expected


def test_no_database_url_is_none():
    assert given("").database("NAME") is None


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda e: e.flag("NAME"), "maybe"),
        (lambda e: e.whole_number("NAME", 5, minimum=1), "0"),
        (lambda e: e.whole_number("NAME", 5, minimum=1), "5.5"),
        (lambda e: e.whole_number("NAME", 5, minimum=1), "²"),
        (lambda e: e.choice("NAME", ["json", "console"], "json"), "xml"),
        (lambda e: e.hosts("NAME"), "https://headwater.example.com"),
        (lambda e: e.hosts("NAME"), "headwater.example.com:443"),
        (lambda e: e.origins("NAME"), "headwater.example.com"),
        (lambda e: e.origins("NAME"), "https://headwater.example.com/path"),
        (lambda e: e.database("NAME"), "mysql://localhost/hw"),
        (lambda e: e.database("NAME"), "postgresql://localhost"),
        (lambda e: e.database("NAME"), "postgresql://u:secret%zz@localhost/hw"),
    ],
)
def test_nonsense_is_refused_by_name_and_secrets_are_not_repeated(read, text):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(given(text))
    assert "secret" not in str(refused.value)


def test_a_kept_secret_is_private_long_and_the_same_for_all(tmp_path):
    path = tmp_path / "state" / "secret_key"
    found: list[str] = []
    readers = [threading.Thread(target=lambda: found.append(kept_secret(path))) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(found) == 8 and len(set(found)) == 1
    assert len(found[0]) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
