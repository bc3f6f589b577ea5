"""What attacks share: the account of them, and disks that fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from torture.disks import Disk, small_disk
from torture_figures import Account

from workbench.storage.paths import Paths


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Account:
    return Account(request.node)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def small_home(disk: Disk) -> Paths:
    """A home on a disk of few megabytes."""
    home = Paths.of_home(str(disk.folder / "home"))
    home.ensure()
    return home
