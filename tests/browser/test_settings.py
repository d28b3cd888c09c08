"""The admin's settings, turned on and taken back by the toast."""

from playwright.sync_api import expect

PAGE = "/main/admin/settings"


def test_sql_is_turned_on_and_back_by_the_toast(open_as):
    page = open_as("admin")
    page.goto(PAGE)
    sql = page.get_by_role("region", name="Lineage from SQL")
    expect(sql.get_by_text("Off", exact=True)).to_be_visible()
    sql.get_by_role("button", name="Turn on").click()
    expect(sql.get_by_text("On", exact=True)).to_be_visible()
    toast = page.get_by_role("region", name="Messages")
    expect(toast).to_contain_text("The SQL of tasks and triggers is read from now on.")
    toast.get_by_role("button", name="Undo").click()
    expect(sql.get_by_text("Off", exact=True)).to_be_visible()


def test_the_keyboard_gets_there_and_turns(open_as):
    page = open_as("admin")
    page.goto("/main/admin/exporters")
    page.get_by_role("navigation", name="Admin").get_by_role("link", name="Settings").focus()
    page.keyboard.press("Enter")
    names = page.get_by_role("region", name="Only namespaces that exist")
    names.get_by_role("button", name="Turn on").focus()
    page.keyboard.press("Enter")
    expect(names.get_by_text("On", exact=True)).to_be_visible()
    names.get_by_role("button", name="Turn off").click()
    expect(names.get_by_text("Off", exact=True)).to_be_visible()
