"""A person who saves by raw HTTP, without a browser: any change, in any order, as often as wanted."""

from __future__ import annotations

import json
import re
import uuid
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.builders.study import PASSWORD


def new_id() -> str:
    """32 hex signs, as a browser makes them."""
    return uuid.uuid4().hex


class Client:
    """Signed in at an address; may be used by several threads at once."""

    def __init__(self, address: str, name: str = "anna") -> None:
        self.address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        form = {"csrf_token": self._token("/sign-in"), "email": f"{name}@example.org", "password": PASSWORD}
        self._opener.open(f"{address}/sign-in", urlencode(form).encode(), timeout=20).close()
        self.token = self._token("/")

    def _token(self, page: str) -> str:
        with self._opener.open(self.address + page, timeout=20) as answer:
            found = re.search(r'name="csrf-token" content="([^"]+)"', answer.read().decode())
        assert found, page
        return found[1]

    def send(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of the answer."""
        asked = Request(self.address + path, json.dumps(body).encode(), method=method)
        for name, value in {"Content-Type": "application/json", "X-CSRFToken": self.token}.items():
            asked.add_header(name, value)
        try:
            with self._opener.open(asked, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as refused:
            with refused:
                text = refused.read()
            return refused.code, json.loads(text) if text.startswith(b"{") else {}
