"""The answer's pane: what is said of an answer, looked into, tested and compared."""

import pytest
from PySide6.QtWidgets import QApplication
from ui.conftest import until

from workbench.engine.checking_answers import Answer, check, take
from workbench.model.checks import Assertion, Taking
from workbench.model.delivery import (
    Attempt,
    Certificate,
    Delivery,
    DeliveryKind,
    Failure,
    FailureKind,
    Follows,
    Security,
    Sizes,
    Timings,
)
from workbench.model.message import Body, Head, Headers, Request, Response
from workbench.ui.composer.answer import AnswerPane
from workbench.ui.composer.answer_facts import phases
from workbench.ui.diff_dialog import DiffDialog
from workbench.ui.theme import Appearance

JSON = b'{"items":[{"id":"a","price":1.10},{"id":"b","price":12345678901234567890.50}]}'
SECURITY = Security(
    "TLSv1.3", "TLS_AES_256", False, Certificate("CN=a.test", "CN=CA", 0, 10**15, ("a.test",), "1", "f")
)
TIMES = Timings(1_000, 2_000, 500, 30_000, 4_000, 40_500, 3_000)


@pytest.fixture
def pane(appearance: Appearance, qapp: QApplication) -> AnswerPane:
    made = AnswerPane(appearance)
    made.resize(600, 500)
    made.show()
    return made


def attempt(body: bytes = JSON, status: str = "200 OK", **more: object) -> Attempt:
    headers = (("Content-Type", "application/json"), ("Set-Cookie", "sid=1; HttpOnly"), ("Set-Cookie", "b=2"))
    request = Request(
        Head.build("POST /x HTTP/1.1", Headers((("Host", "a.test"), ("Authorization", "Bearer s3cret"))))
    )
    response = Response(Head.build(f"HTTP/1.1 {status}", Headers(headers)), Body(body))
    return Attempt(request, 0, TIMES, response, **more)


def delivery(*attempts: Attempt) -> Delivery:
    return Delivery(DeliveryKind.SEND, "https://a.test/x", 0, attempts)


def titles(pane: AnswerPane) -> list[str]:
    shown = [each for each in range(pane.tabs.count()) if pane.tabs.isTabVisible(each)]
    return [pane.tabs.tabText(each) for each in shown]


def text_of(view) -> str:
    return "\n".join(view.lines.text(row) for row in range(view.lines.count))


async def test_an_answer_is_told_with_all_there_is(pane: AnswerPane) -> None:
    secret = "Bearer s3cret"
    first = attempt(b"", "302 Found", url="https://a.test/x")
    raw = first.request.head.raw
    start = raw.index(secret.encode())
    last = attempt(
        security=SECURITY,
        protocol="HTTP/2",
        follows=Follows.REDIRECT,
        url="https://a.test/y",
        secret_ranges=((start, start + len(secret)),),
        sizes=Sizes(request_head=90, response_body=len(JSON), decoded_body=len(JSON)),
    )
    await pane.show_delivery(delivery(first, last))
    assert pane.status.text() == "200 OK"
    assert pane.facts.text().split("   ") == ["81 ms", "78 B", "HTTP/2", "certificate not checked", "1 redirect"]
    assert titles(pane) == ["Body", "Headers 3", "Cookies 2", "Timing", "Sent", "Redirects 1", "Certificate"]
    assert [row.texts for row in pane.cookies.rows()] == [("sid", "1", "HttpOnly"), ("b", "2", "")]
    assert [row.texts for row in pane.redirects.rows()] == [
        ("302 Found", "POST https://a.test/x"),
        ("200 OK", "POST https://a.test/y"),
    ]
    assert "s3cret" not in text_of(pane.sent)
    assert pane.timing.words().splitlines() == [
        "DNS: 1.0 ms",
        "Connect: 2.0 ms",
        "TLS: 3.0 ms",
        "Send: 0.5 ms",
        "Wait: 30 ms",
        "Receive: 4.0 ms",
        "Altogether: 40 ms",
    ]
    assert pane.timing.accessibleDescription() == pane.timing.words()
    pane.timing.grab()


def test_phases_follow_each_other_and_name_tls_only_where_it_is() -> None:
    known = phases(Timings(connect_us=5, send_us=1, total_us=10), is_secure=False)
    assert [(each.name, each.start_us, each.taken_us) for each in known] == [("Connect", 0, 5), ("Send", 5, 1)]
    assert phases(Timings(connect_us=5), is_secure=True)[0].name == "Connect, with TLS"


async def test_no_answer_says_why(pane: AnswerPane) -> None:
    request = attempt().request
    failed = Attempt(request, 0, Timings(total_us=5), failure=Failure(FailureKind.REFUSED, "Nobody listens there."))
    await pane.show_delivery(delivery(failed))
    assert pane.status.text() == "No answer"
    assert pane.compare.isEnabled() is False


async def test_the_filter_looks_into_the_body_and_keeps_numbers(pane: AnswerPane) -> None:
    await pane.show_delivery(delivery(attempt()))
    page = pane.body_page
    page.filter.setText("$.items[1].price")
    await until(lambda: page.stack.currentWidget() is page.found)
    assert "12345678901234567890.50" in text_of(page.found.code)
    page.filter.setText("items[].id")
    await until(lambda: '"b"' in text_of(page.found.code))
    page.filter.setText("$[")
    await until(lambda: page.problem.isVisible())
    page.filter.clear()
    await until(lambda: page.stack.currentWidget() is page.whole)
    assert not page.problem.isVisible()
    assert "1.10" in text_of(page.whole.code)


async def test_results_of_tests_are_told_in_words(pane: AnswerPane) -> None:
    shown = attempt()
    await pane.show_delivery(delivery(shown))
    assertions = (Assertion("status", "eq", "201"), Assertion("$.items", "length", "2"))
    answer = Answer.of(shown)
    results = check(answer, assertions)
    pane.show_results(results, take(answer, (Taking("first", "$.items[0].id"), Taking("none", "$.nope"))))
    assert "Tests 2 ✗" in titles(pane)
    assert pane.tests.summary.text() == "1 of 2 tests passed, 1 of 2 values taken"
    assert [row.texts for row in pane.tests.table.rows()] == [
        ("✗", "status equals 201", "200"),
        ("✓", "$.items has length 2", JSON[9:-1].decode()),
        ("✓", "take first", "a"),
        ("✗", "take none", "none was not taken: The answer has no $.nope."),
    ]


async def test_the_next_answer_keeps_the_tab_that_is_looked_at(pane: AnswerPane) -> None:
    shown = attempt()
    results = check(Answer.of(shown), (Assertion("status", "eq", "200"),))
    await pane.show_delivery(delivery(shown))
    pane.show_results(results, ())
    pane.tabs.setCurrentWidget(pane.tests)
    await pane.show_delivery(delivery(shown))
    pane.show_results(results, ())
    assert pane.tabs.currentWidget() is pane.tests
    await pane.show_delivery(delivery(shown))
    pane.show_results((), ())
    assert pane.tabs.currentWidget() is pane.body_page


async def test_an_answer_is_compared_with_the_one_before(pane: AnswerPane) -> None:
    await pane.show_delivery(delivery(attempt()))
    assert not pane.compare.isEnabled()
    await pane.show_delivery(delivery(attempt(JSON.replace(b'"a"', b'"z"'))))
    pane.compare.click()
    await until(lambda: pane.findChildren(DiffDialog))
    dialog = pane.findChildren(DiffDialog)[0]
    assert '-$.items[0].id: "a"' in text_of(dialog.view)
    assert '+$.items[0].id: "z"' in text_of(dialog.view)
    dialog.reject()
