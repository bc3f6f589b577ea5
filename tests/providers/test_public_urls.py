"""The URL that a sender called, where a tunnel or proxy stands between."""

import pytest

from workbench.model.message import Headers
from workbench.providers.subject import Subject


@pytest.mark.parametrize(
    ("public", "target", "url"),
    [
        ("https://x.example", "/hook?a=1", "https://x.example/hook?a=1"),
        ("https://x.example/other", "/hook?a=1", "https://x.example/other?a=1"),
        ("https://x.example/hook?code=1", "/hook", "https://x.example/hook?code=1"),
        ("https://x.example/hook?code=1", "/hook?code=1", "https://x.example/hook?code=1"),
        (
            "https://x.example/hook?code=1",
            "/hook?code=1&validationToken=t",
            "https://x.example/hook?code=1&validationToken=t",
        ),
        ("https://x.example/hook?code=1", "/hook?inner=2", "https://x.example/hook?code=1"),
        ("", "/hook?a=1", "http://localhost/hook?a=1"),
    ],
)
def test_url_that_the_sender_called(public: str, target: str, url: str) -> None:
    subject = Subject("POST", target, Headers((("Host", "localhost"),)), b"", public)
    assert subject.url == url


def test_query_of_the_request_is_never_hidden() -> None:
    public = "https://x.example/hook?code=1&both=public"
    subject = Subject("POST", "/hook?validationToken=t&both=own", Headers(()), b"", public)
    assert subject.query == {"validationToken": "t", "both": "own", "code": "1"}
