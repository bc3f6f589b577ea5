"""Which endpoint a request belongs to, where the paths of several fit."""

import itertools

import pytest

from workbench.model.endpoint import CATCH_ALL, Endpoint, match_endpoint

EVERYTHING = Endpoint(CATCH_ALL)


def named(**paths: str) -> list[Endpoint]:
    return [*(Endpoint(name, path) for name, path in paths.items()), EVERYTHING]


@pytest.mark.parametrize(
    ("paths", "target", "wanted"),
    [
        ({"u": "/u"}, "/u", "u"),
        ({"u": "/u", "below": "/u/*"}, "/u", "u"),
        ({"exact": "/a/b", "below": "/a/*"}, "/a/b", "exact"),
        ({"exact": "/a/b", "below": "/a/*"}, "/a/c", "below"),
        ({"exact": "/a/b", "long": "/*/*/*****"}, "/a/b?x=1", "exact"),
        ({"near": "/a/b/*", "far": "/a/*"}, "/a/b/c", "near"),
        ({"literal": "/abc/*", "loose": "/a*/******"}, "/abc/d", "literal"),
        ({"ends": "/a/*/paid", "any": "/a/*"}, "/a/1/paid", "ends"),
        ({"other": "/*"}, "/x", "other"),
        ({"root": "/"}, "/", "root"),
        ({"u": "/u"}, "/v", CATCH_ALL),
    ],
)
def test_the_path_that_says_most_wins_in_any_order(paths: dict[str, str], target: str, wanted: str) -> None:
    for order in itertools.permutations(named(**paths)):
        assert match_endpoint(tuple(order), target).name == wanted


def test_catch_all_with_a_path_of_its_own_still_comes_last() -> None:
    endpoints = (Endpoint(CATCH_ALL, "/a/b"), Endpoint("below", "/a/*"))
    assert match_endpoint(endpoints, "/a/b").name == "below"
