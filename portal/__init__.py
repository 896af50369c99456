"""The joined house: the application factory, its settings, navigation, home pages, schedule and command line.

The portal stands on all other packages and holds no rule of its own. Pages that show several packages at once are here.

Glossary: 首页 = home · 导航 = navigation · 工作台 = desk · 设置 = settings · 演示 = demo.
"""

from pathlib import Path

from flask import Flask

from portal.settings import Settings

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for given settings, or for those of the environment."""
    from portal.factory import build

    return build(settings or Settings.from_environment())
