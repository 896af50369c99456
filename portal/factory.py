"""How the application is put together, on one page."""

import logging
from typing import Any

import structlog
from flask import Flask
from flask_compress import Compress
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from kernel import access, files, web, worker
from kernel.db import QueryCounter, db
from portal import ROOT, assets, cli, context, packages, style_page
from portal.schedule import SCHEDULE
from portal.settings import Settings


def build(settings: Settings) -> Flask:
    """Return the application: configuration, database, language, access, packages, worker, command line."""
    app = Flask("portal", root_path=str(ROOT))
    _configure(app, settings)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    Compress(app)
    web.init_web(app)
    access.init_access(app)
    assets.init_assets(app)
    style_page.init_style_page(app)
    context.init_context(app)
    packages.load_models()
    _register_doors(app)
    worker.make_queue(app, SCHEDULE)
    cli.init_cli(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.extensions["query_counter"] = QueryCounter()
    app.testing = settings.testing
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=_absolute(settings.database_url),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=12 * 25 * 1024 * 1024 + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=200,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        SESSION_COOKIE_NAME="__Host-session" if settings.tls else "session",
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_MIN_SIZE=600,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    _configure_logs()


def _absolute(url: str) -> str:
    """Return the database address with a SQLite file relative to where the application was started."""
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        from pathlib import Path

        path = Path(url.removeprefix("sqlite:///")).absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{path}"
    return url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 10}}
    return {"pool_size": 8, "max_overflow": 4, "pool_pre_ping": True, "pool_timeout": 5}


def _configure_logs() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def _register_doors(app: Flask) -> None:
    """Join each package's modules and blueprints; a blueprint carries its own URL prefix."""
    app.register_blueprint(files.bp)
    for package in packages.PACKAGES:
        for module in packages.MODULES:
            packages.find(package, module)
        for door in packages.DOORS:
            module_found: Any = packages.find(package, door)
            if module_found is not None:
                app.register_blueprint(module_found.bp)
    if app.extensions["settings"].demo:
        demo: Any = packages.find("portal.demo", "views")
        app.register_blueprint(demo.bp)
