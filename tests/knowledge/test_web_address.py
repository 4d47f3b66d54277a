from __future__ import annotations

import pytest

from knowledge.web_address import is_web_address


@pytest.mark.parametrize(
    "url, fine",
    [
        ("https://例子.org/课程?a=1", True),
        ("http://example.org:8080/x", True),
        ("ftp://example.org", False),
        ("https://localhost/x", False),
        ("https://example.org/a b", False),
        ("https://example.org:port/", False),
        ("https://[::1", False),
        ("https://user@example.org", False),
        ("", False),
    ],
)
def test_web_addresses(url: str, fine: bool) -> None:
    assert is_web_address(url) is fine
