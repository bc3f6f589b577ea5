"""The jar: whose cookies go where, as they were set, in what order; and what it does with hostile ones."""

import json
from pathlib import Path

import pytest

from workbench.engine.cookies import CookieStore
from workbench.model.errors import StorageError


@pytest.fixture
def jar(tmp_path: Path) -> CookieStore:
    return CookieStore(tmp_path / "cookies.json")


def test_a_domain_of_many_is_not_believed(jar: CookieStore) -> None:
    jar.keep("https://evil.co.uk/", ["a=1; Domain=co.uk; Path=/", "b=2; Domain=.evil.co.uk; Path=/"])
    jar.keep("https://evil.co.uk/", ["c=3; domain=EVIL.co.uk; Path=/", "d=4; Domain=bank.co.uk; Path=/"])
    assert jar.header_for("https://bank.co.uk/") == ""
    assert jar.header_for("https://www.evil.co.uk/") == ""
    assert jar.header_for("https://evil.co.uk/") == "a=1; b=2; c=3; d=4"
    assert {each.domain for each in jar.all()} == {"evil.co.uk"}


@pytest.mark.parametrize("value", ["a,b|c%20=", '"q r"', "x=y==", "caf\xc3\xa9", '{"a":[1]}', ""])
def test_values_go_out_as_they_were_set(tmp_path: Path, jar: CookieStore, value: str) -> None:
    jar.keep("http://a.test/", [f"b={value} ;Path=/"])
    assert jar.header_for("http://a.test/") == f"b={value}"
    assert CookieStore(tmp_path / "cookies.json").header_for("http://a.test/") == f"b={value}"


def test_all_that_match_are_sent_longest_path_first(jar: CookieStore) -> None:
    jar.keep("http://a.test/", ["n=root; Path=/", "o=older; Path=/"])
    jar.keep("http://a.test/a/b", ["n=deep; Path=/a", "n=usual", "m=deeper; Path=/a/b"])
    assert jar.header_for("http://a.test/a/b?c=/") == "m=deeper; n=usual; n=root; o=older"
    assert jar.header_for("http://a.test/ab") == "n=root; o=older"


def test_default_path_is_the_folder(jar: CookieStore) -> None:
    """RFC 6265, 5.1.4."""
    jar.keep("http://a.test/one/two?x=/three/", ["a=1", "b=2; Path=elsewhere"])
    jar.keep("http://a.test", ["c=3"])
    assert [(each.name, each.path) for each in jar.all()] == [("c", "/"), ("a", "/one"), ("b", "/one")]


def test_hosts_are_compared_whole_and_ports_do_not_count(jar: CookieStore) -> None:
    """RFC 6265, 8.5: cookies know no ports."""
    jar.keep("http://[::1]:8080/", ["a=1"])
    jar.keep("http://LocalHost:1/", ["b=2"])
    assert jar.header_for("http://[::1]:9/") == "a=1"
    assert jar.header_for("http://localhost/") == "b=2"
    assert jar.header_for("http://localhost.local/") == ""


def test_what_is_over_is_forgotten(jar: CookieStore) -> None:
    past = "Thu, 01 Jan 1970 00:00:01 GMT"
    jar.keep("http://a.test/", ["a=1; Path=/", "b=2; Path=/", "c=3; Max-Age=3600", f"d=4; Expires={past}"])
    jar.keep("http://a.test/", ["a=; Max-Age=0; Path=/", f"b=; Path=/; expires={past}"])
    assert jar.header_for("http://a.test/") == "c=3"
    jar.keep("http://a.test/", [f"e=5; Expires={past}; Max-Age=60", "f=6; Expires=nonsense; Max-Age=x"])
    assert jar.header_for("http://a.test/") == "c=3; e=5; f=6"
    assert jar.all()[0].expires == "3600"


def test_secure_ones_need_tls(jar: CookieStore) -> None:
    jar.keep("https://a.test/", ["a=1; SECURE; httponly; SameSite=Lax"])
    assert jar.header_for("http://a.test/") == ""
    assert jar.header_for("https://a.test/") == "a=1"
    (found,) = jar.all()
    assert (found.secure, found.http_only, found.same_site) == (True, True, "Lax")


@pytest.mark.parametrize(
    "line", ["", ";", "no-equals", "=nameless", "a=1\r\nb", "a\0=1", "a=" + "x" * 5000, "; Path=/", " = "]
)
def test_what_is_no_cookie_is_passed_over(jar: CookieStore, line: str) -> None:
    jar.keep("http://a.test/", [line, "good=1"])
    assert jar.header_for("http://a.test/") == "good=1"


def test_one_host_cannot_fill_the_jar(jar: CookieStore) -> None:
    jar.keep("http://b.test/", ["mine=1"])
    jar.keep("http://a.test/", [f"c{number}=1" for number in range(1000)])
    assert len(jar.all()) == 181
    assert jar.header_for("http://b.test/") == "mine=1"
    assert "c999=1" in jar.header_for("http://a.test/")


@pytest.mark.parametrize("content", ["[]x", "{}", '[{"name": 1}]', "[1]", "\x80"])
def test_a_file_that_is_no_jar_is_refused_and_kept(tmp_path: Path, jar: CookieStore, content: str) -> None:
    (tmp_path / "cookies.json").write_text(content)
    with pytest.raises(StorageError, match="cannot be read"):
        jar.keep("http://a.test/", ["a=1"])
    assert (tmp_path / "cookies.json").read_text() == content


def test_file_is_for_its_user_alone(tmp_path: Path, jar: CookieStore) -> None:
    jar.keep("http://a.test/", ["a=1"])
    assert (tmp_path / "cookies.json").stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "cookies.json").read_text())[0]["name"] == "a"
