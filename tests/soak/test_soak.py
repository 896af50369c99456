"""A tenth of ``make soak``: five kills of the shipped portal under load, and everything adds up."""

import os
from pathlib import Path

import pytest

from benchmarks.soak import soak

KILLS = 5


@pytest.mark.xdist_group("soak")
@pytest.mark.skipif(os.environ.get("TEST_DATABASE") == "postgresql", reason="make soak runs on PostgreSQL by choice")
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    tally = soak(tmp_path, kills=KILLS, say=lambda _text: None)
    assert tally.faults == []
    assert tally.counts["kills"] == KILLS
    assert tally.counts["confirmed"] > KILLS
