"""Plain HTTP to the double, for what the SDK would never send."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.stripe_double.auth import TEST_KEY


def send(
    url: str, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, JSON and headers (names in lower case). Header names have _ for -."""
    named = {
        "Authorization": f"Bearer {TEST_KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request(method, path, body.encode(), named)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        return answer.status, found, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()
