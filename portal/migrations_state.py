"""Which migrations the code has."""

from functools import lru_cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from portal import ROOT


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return frozenset(ScriptDirectory.from_config(config).get_heads())


def heads(_app: Flask) -> set[str]:
    """Return the newest migrations in the code."""
    return set(_heads())
