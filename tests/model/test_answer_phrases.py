"""Answer programs said in a line."""

import pytest

from workbench.model.answer import Answer, ProgramRun, Way, checked
from workbench.model.answer_phrase import read_program
from workbench.model.errors import UsageError


def statuses(phrase: str, count: int) -> list[int]:
    run = ProgramRun(read_program(phrase))
    answers = [run.next(lambda _: False)[0] for _ in range(count)]
    return [200 if answer is None else answer.status for answer in answers]


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("410 after 2", [200, 200, 410, 410, 410]),
        ("410 after 2 then 200", [200, 200, 410, 200, 200]),
        ("410 x2 after 1 then 204", [200, 410, 410, 204, 204]),
        ("fail 2 then 200", [500, 500, 200, 200, 200]),
        ("503, 429 x2, 200", [503, 429, 429, 200, 200]),
    ],
)
def test_program_in_a_line(phrase: str, wanted: list[int]) -> None:
    assert statuses(phrase, len(wanted)) == wanted


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body="\ud800"), "half a character"),
        (Answer(template="{{ json }}\udfff"), "half a character"),
        (Answer(headers=(("X-A", "\ud800"),)), "half a character"),
        (Answer(content_type="text/plain\r\nX-Injected: 1"), "control character"),
        (Answer(headers=(("X-A", "a\r\nX-Injected: 1"),)), "control character"),
        (Answer(headers=(("content-length", "1"),)), "not yours to say"),
        (Answer(headers=(("Transfer-Encoding", "chunked"),)), "not yours to say"),
        (Answer(204, way=Way.TRUNCATED), "no body"),
    ],
)
def test_answer_that_cannot_be_sent_is_refused(answer: Answer, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        checked(answer)
