"""Words that make no sense: `workbench send` ends with a request or a sentence, and never with a traceback."""

import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.cli.console import Console
from workbench.cli.main import main

ITEMS = st.text(alphabet=':=@;[]\\"{}a1-é &?#/. ~\n\x1b\udcff', min_size=1, max_size=14)
OPTIONS = ("-f", "--multipart", "-j", "--chunked", "--raw=x", "--pretty=all", "--sorted", "-v", "--data=1", "-p=HB")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ITEMS, max_size=4), st.lists(st.sampled_from(OPTIONS), max_size=2, unique=True))
def test_any_words_make_a_request_or_a_sentence(tmp_path_factory, items: list[str], options: list[str]) -> None:
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    home = tmp_path_factory.getbasetemp() / "hostile"
    words = [f"--home={home}", "send", "--offline", "--ignore-stdin", *options, "localhost", "--", *items]
    code = main(words, Console(out, err))
    out.flush()
    written = out.buffer.getvalue()  # type: ignore[attr-defined]
    assert (code, bool(written), bool(err.getvalue())) in ((0, True, False), (2, False, True))
