"""The program as a shell runs it, with a home of its own."""

import pytest
from program import Inside, Program

from workbench.storage.paths import Paths


@pytest.fixture
def workbench(paths: Paths) -> Program:
    return Program(str(paths.data))


@pytest.fixture
def inside(paths: Paths) -> Inside:
    return Inside(str(paths.data))
