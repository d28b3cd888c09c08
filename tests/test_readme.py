"""The README's quickstart, run as it is printed."""

import json
import re
import shutil
import subprocess
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
    (tmp_path / ".headwater").mkdir()
    tokens = {"tokens": {"ingest": cast.token("ingest")}}
    (tmp_path / ".headwater" / "demo.json").write_text(json.dumps(tokens))
    section = README.read_text().split("## Your own lineage in two requests")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    script = "set -eu\n" + "\n".join(blocks).replace(PRINTED, live_server.url)
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert '"run-1"' in ran.stdout
    edge = Edge.objects.unscoped("test").select_related("upstream", "downstream", "flow").get()
    assert (edge.upstream.public_id, edge.downstream.public_id) == (
        "shop.orders",
        "shop.revenue_eu",
    )
    page = f"{PRINTED}/main/lineage?asset=shop.revenue_eu"
    assert page in README.read_text()
    opened = cast.browser("admin").get(page.removeprefix(PRINTED))
    assert opened.status_code == 200
    assert "daily_revenue" in opened.content.decode()
