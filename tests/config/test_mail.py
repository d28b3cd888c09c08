"""The mail server's URL."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.mail import mailers


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"host": "mail", "port": 587, "use_tls": False, "use_ssl": False}),
        ("smtp://u%40x:p@mail", {"username": "u@x", "use_tls": True, "use_ssl": False}),
        (
            "smtps://u:p%2F@mail",
            {"port": 465, "password": "p/", "use_tls": False, "use_ssl": True},
        ),
    ],
)
def test_mail_urls(url, expected):
    options = mailers(url)["default"]["OPTIONS"]
    assert expected.items() <= options.items()


def test_without_a_url_nothing_is_sent():
    assert mailers("")["default"]["BACKEND"].endswith("dummy.EmailBackend")


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail", "smtp://u:secret@mail:99999"])
def test_nonsense_is_refused_and_the_password_is_not_repeated(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refused:
        mailers(url)
    assert "secret" not in str(refused.value)
