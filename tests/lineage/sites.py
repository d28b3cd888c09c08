"""A served Headwater, for clients that post over HTTP."""

from typing import Any

import requests
from openlineage.client import OpenLineageClient


class Site:
    """A served Headwater, and what it answers."""

    def __init__(self, origin: str, tokens: dict[str, str]) -> None:
        self.origin = origin
        self.tokens = tokens

    def client(self, transport: str = "http", **more: Any) -> OpenLineageClient:
        """As the documentation of OpenLineage configures one."""
        return self.through(self.http(transport, **more))

    def through(self, transport: dict[str, Any]) -> OpenLineageClient:
        return OpenLineageClient(config={"transport": transport})

    def http(self, kind: str = "http", **more: Any) -> dict[str, Any]:
        """The configuration of a transport, to put into another."""
        auth = {"type": "api_key", "apiKey": self.tokens["ingest"]}
        return {"type": kind, "url": self.origin, "auth": auth, **more}

    def get(self, path: str, **params: str) -> Any:
        headers = {"Authorization": f"Bearer {self.tokens['editor']}"}
        url = f"{self.origin}/api/v1/main/{path}"
        answer = requests.get(url, params=params, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()
