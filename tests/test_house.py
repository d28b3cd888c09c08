"""The rules of the house, so that one command checks all of them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template.loader import get_template
from importlinter.cli import lint_imports

from tests.routes import ROUTES

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "accounts", "catalog", "lineage")
PYTHON = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py"))
TEMPLATES = sorted(file for file in (ROOT / "templates").rglob("*") if file.is_file())
#: What the CSP would block, or what would load from somewhere else.
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']"),
    "a javascript: link": re.compile(r"javascript:"),
    "another host": re.compile(r"(?:src|href)=[\"'](?:https?:)?//"),
    "an evaluated htmx attribute": re.compile(r"hx-on|hx-vars|js:"),
}


def run(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_ruff_is_content(command: str):
    run("ruff", *command.split(), ".")


@pytest.mark.slow
def test_types_are_sound():
    run("mypy")


@pytest.mark.slow
def test_templates_are_well_formed():
    run("djlint", "--lint", "templates")


def test_imports_point_one_way():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


def test_models_and_migrations_agree(db: None):
    call_command("makemigrations", check=True, dry_run=True)


def test_every_module_says_why_it_exists():
    silent = [file for file in PYTHON if file.name != "__init__.py" or file.stat().st_size]
    silent = [file for file in silent if "migrations" not in file.parts]
    assert [str(f.relative_to(ROOT)) for f in silent if not says_something(f)] == []


def says_something(module: Path) -> bool:
    return bool(ast.get_docstring(ast.parse(module.read_text())))


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_templates_keep_to_the_csp(rule: str):
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in TEMPLATES
        for line in file.read_text().splitlines()
        if FORBIDDEN[rule].search(line)
    ]
    assert found == []


def test_style_sheets_and_scripts_load_nothing_from_another_host():
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in sorted((ROOT / "static").rglob("*.*s"))
        for line in file.read_text().splitlines()
        if re.search(r"@import|url\(|from \"https?:|fetch\(\"https?:|eval\(|innerHTML", line)
    ]
    assert found == []


#: Routes that answer with something else than a page of their own.
PIECES = {
    "catalog:asset_deletion",
    "catalog:asset_restoration",
    "catalog:namespace_children",
    "lineage:asset_export",
    "lineage:asset_naming",
    "lineage:duplicate_dismissal",
    "lineage:edge_removal",
    "lineage:explorer_svg",
    "lineage:merge_undoing",
    "lineage:naming_rule_delete",
    "lineage:naming_rule_place",
}
PAGES = [
    route
    for route in ROUTES.values()
    if ":" in route.name and not route.is_api and route.name not in PIECES
]


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_its_view_and_its_template_share_a_name(route):
    app, name = route.name.split(":")
    assert route.view.__name__ == name
    assert get_template(f"{app}/{name}.html")


def test_templates_extend_at_most_twice():
    parents = {}
    for file in TEMPLATES:
        if match := re.match(r"{% extends \"(.+?)\" %}", file.read_text()):
            parents[str(file.relative_to(ROOT / "templates"))] = match[1]
    for name in parents:
        chain = [name]
        while chain[-1] in parents:
            chain.append(parents[chain[-1]])
        assert len(chain) <= 3, " → ".join(chain)
