"""Signing in and out, one's own password, and what allauth offers that we do not."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import actions
from accounts.models import User
from tests.conftest import Cast

PASSWORD = "correct horse battery"


@pytest.fixture
def dora(cast: Cast) -> User:
    return actions.create_person("dora@example.com", PASSWORD, name="Dora")


def sign_in(client: Client, email: str, password: str, **more: str):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_a_page_leads_to_the_login_and_back(client: Client, dora: User):
    away = client.get("/")
    assert away["Location"] == "/accounts/login/?next=/"
    back = sign_in(client, "Dora@Example.com", PASSWORD, next="/accounts/password/change/")
    assert back["Location"] == "/accounts/password/change/"


def test_next_stays_on_this_host(client: Client, dora: User):
    answer = sign_in(client, "dora@example.com", PASSWORD, next="https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_a_stranger_and_a_wrong_password_look_the_same(client: Client, dora: User):
    wrong = sign_in(client, "dora@example.com", "wrong").content.decode()
    stranger = sign_in(client, "nobody@example.com", "wrong").content.decode()
    message = re.compile(r'role="alert">.*?</div></div>', re.S)
    assert message.search(wrong)[0] == message.search(stranger)[0]


def test_guessing_is_stopped(client: Client, dora: User):
    for _ in range(6):
        sign_in(client, "dora@example.com", "wrong")
    assert "Too many" in sign_in(client, "dora@example.com", PASSWORD).content.decode()
    assert "_auth_user_id" not in client.session


def test_somebody_switched_off_does_not_get_in(client: Client, dora: User):
    User.objects.update(is_active=False)
    answer = sign_in(client, "dora@example.com", PASSWORD)
    assert "_auth_user_id" not in client.session
    assert client.get(answer["Location"] if answer.status_code == 302 else "/").status_code != 500


def test_switching_somebody_off_ends_their_session(client: Client, dora: User):
    client.force_login(dora)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_new_password_ends_the_other_sessions(client: Client, dora: User):
    client.force_login(dora)
    dora.set_password("staple battery")
    dora.save()
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_a_session_ends_with_the_browser_unless_told_otherwise(client: Client, dora: User):
    sign_in(client, "dora@example.com", PASSWORD)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, "dora@example.com", PASSWORD, remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_signing_out_takes_a_post(client: Client, dora: User):
    client.force_login(dora)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_changing_the_password(client: Client, dora: User):
    client.force_login(dora)
    fields = {
        "oldpassword": PASSWORD,
        "password1": "staple battery",
        "password2": "staple battery",
    }
    assert client.post("/accounts/password/change/", fields)["Location"] == "/"
    dora.refresh_from_db()
    assert dora.check_password("staple battery")
    assert "Password successfully changed" in client.get("/", follow=True).content.decode()


def test_a_forgotten_password_by_mail(client: Client, dora: User, settings):
    settings.SENDS_MAIL = True
    client.post("/accounts/password/reset/", {"email": "dora@example.com"})
    [message] = mail.outbox
    link = re.search(r"http://testserver(\S+)", message.body)[1]
    form = client.get(link, follow=True)
    fields = {"password1": "staple battery", "password2": "staple battery"}
    client.post(form.request["PATH_INFO"], fields)
    dora.refresh_from_db()
    assert dora.check_password("staple battery")
    assert "Link not valid" in Client().get(link, follow=True).content.decode()


def test_a_strangers_address_sends_no_mail_and_says_the_same(client: Client, dora: User, settings):
    settings.SENDS_MAIL = True
    known = client.post("/accounts/password/reset/", {"email": "dora@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "no@example.com"}, follow=True)
    assert len(mail.outbox) == 1
    assert known.request["PATH_INFO"] == unknown.request["PATH_INFO"]


def test_without_a_mail_server_the_page_says_what_to_do(client: Client, db: None):
    assert "changepassword" in client.get("/accounts/password/reset/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "login/code/", "reauthenticate/", "confirm-email/", "2fa/", "3rdparty/"],
)
def test_what_is_not_offered_is_not_there(client: Client, dora: User, path: str):
    client.force_login(dora)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_sign_up_has_no_name_either():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
