"""The README's quickstart, run as it is printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from lineage.models import Edge
from tests.conftest import make_cast

README = Path(__file__).parents[1] / "README.md"
PRINTED = "http://127.0.0.1:8000"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_quickstart_leads_to_lineage(live_server: LiveServer, tmp_path: Path) -> None:
    cast = make_cast()
    blocks = printed("Your own lineage in two requests")
    assert len(blocks) == 2
    assert '"run-1"' in run_as_printed(blocks, live_server, tmp_path, cast.token("ingest"))
    assert only_edge() == ("shop.orders", "shop.revenue_eu")
    page = f"{PRINTED}/main/lineage?asset=shop.revenue_eu"
    assert page in README.read_text()
    opened = cast.browser("admin").get(page.removeprefix(PRINTED))
    assert opened.status_code == 200
    assert "daily_revenue" in opened.content.decode()


@pytest.mark.slow
def test_an_openlineage_client_leads_to_lineage(live_server: LiveServer, tmp_path: Path) -> None:
    cast = make_cast()
    install, send = printed("From any OpenLineage client")
    assert install == "pip install openlineage-python\n"
    run_as_printed([send], live_server, tmp_path, cast.token("ingest"))
    assert only_edge() == ("s3://raw/orders", "s3://lake/orders/daily")
    page = f"{PRINTED}/main/lineage?asset=s3://lake/orders/daily"
    assert page in README.read_text()
    opened = cast.browser("admin").get(page.removeprefix(PRINTED))
    assert opened.status_code == 200
    assert "export_orders" in opened.content.decode()


def printed(section: str) -> list[str]:
    """The shell blocks of a section."""
    text = README.read_text().split(f"## {section}")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def run_as_printed(blocks: list[str], server: LiveServer, folder: Path, token: str) -> str:
    """What the blocks print, beside a demo that has told its token."""
    (folder / ".headwater").mkdir()
    (folder / ".headwater" / "demo.json").write_text(json.dumps({"tokens": {"ingest": token}}))
    script = "set -eu\n" + "\n".join(blocks).replace(PRINTED, server.url)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


def only_edge() -> tuple[str, str]:
    """(upstream, downstream)"""
    edge = Edge.objects.unscoped("test").select_related("upstream", "downstream").get()
    return edge.upstream.public_id, edge.downstream.public_id
