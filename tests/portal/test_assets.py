"""The build of styles and scripts, and how the pages find what was built."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from portal.assets import init_assets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def build_assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "scripts" / "build_assets.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def static(tmp_path: Path) -> Path:
    build = tmp_path / "static" / "build"
    build.mkdir(parents=True)
    (build / "site.0123456789.css").write_text("a{}")
    (build / "manifest.json").write_text('{"build/site.css": "build/site.0123456789.css"}')
    return tmp_path / "static"


@pytest.fixture
def small_app(static: Path) -> Flask:
    app = Flask("small", root_path=str(static.parent))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60
    init_assets(app)
    return app


def address(app: Flask, path: str) -> str:
    with app.test_request_context():
        return str(app.jinja_env.from_string("{{ asset(path) }}").render(path=path))


def test_a_built_file_is_found_under_its_hashed_name(small_app: Flask) -> None:
    assert address(small_app, "build/site.css") == "/static/build/site.0123456789.css"


def test_a_file_that_was_not_built_keeps_its_name(small_app: Flask) -> None:
    assert address(small_app, "img/other.svg") == "/static/img/other.svg"


def test_hashed_files_are_kept_for_a_year_and_others_are_not(small_app: Flask, static: Path) -> None:
    (static / "plain.css").write_text("b{}")
    client = small_app.test_client()
    assert "immutable" in client.get("/static/build/site.0123456789.css").headers["Cache-Control"]
    assert "immutable" not in client.get("/static/plain.css").headers.get("Cache-Control", "")
    assert "immutable" not in client.get("/static/missing.css").headers.get("Cache-Control", "")


def test_the_compressed_form_is_sent_to_those_who_take_it(small_app: Flask, static: Path) -> None:
    (static / "build" / "site.0123456789.css.br").write_bytes(b"small")
    client = small_app.test_client()
    answer = client.get("/static/build/site.0123456789.css", headers={"Accept-Encoding": "gzip, br"})
    assert (answer.data, answer.headers["Content-Encoding"], answer.mimetype) == (b"small", "br", "text/css")
    assert "immutable" in answer.headers["Cache-Control"] and "Accept-Encoding" in answer.headers["Vary"]
    plain = client.get("/static/build/site.0123456789.css")
    assert plain.data == b"a{}" and "Content-Encoding" not in plain.headers


def test_nothing_outside_the_build_is_sent_compressed(small_app: Flask, static: Path) -> None:
    (static / "plain.css").write_text("b{}")
    (static / "plain.css.br").write_bytes(b"other")
    answer = small_app.test_client().get("/static/plain.css", headers={"Accept-Encoding": "br"})
    assert answer.data == b"b{}"


def test_a_new_build_is_seen_without_a_restart(small_app: Flask, static: Path) -> None:
    address(small_app, "build/site.css")
    manifest = static / "build" / "manifest.json"
    manifest.write_text('{"build/site.css": "build/site.new.css"}')
    import os

    os.utime(manifest, ns=(1, 1))
    assert address(small_app, "build/site.css").endswith("build/site.new.css")


def test_modules_import_each_other_by_their_hashed_names(build_assets: ModuleType, tmp_path: Path) -> None:
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "first.js").write_text('const load = () => import("./second.js");\n')
    (scripts / "second.js").write_text("export const bind = 1;\n")
    build = build_assets.Build(tmp_path / "static", tmp_path)
    build.module("first.js")
    first = (build.fresh / build.manifest["build/js/first.js"].removeprefix("build/")).read_text()
    second = Path(build.manifest["build/js/second.js"]).name
    assert f'import("./{second}")' in first


def test_a_changed_import_changes_the_name_of_the_importer(build_assets: ModuleType, tmp_path: Path) -> None:
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "first.js").write_text('import { bind } from "./second.js";\n')
    names = []
    for content in ("export const bind = 1;\n", "export const bind = 2;\n"):
        (scripts / "second.js").write_text(content)
        build = build_assets.Build(tmp_path / "static", tmp_path)
        names.append(build.module("first.js"))
    assert names[0] != names[1]


def test_the_dark_theme_is_written_for_a_choice_and_for_the_systems_wish(build_assets: ModuleType) -> None:
    build = build_assets.Build(ROOT / "static", ROOT)
    for name in ("tokens_dark", "tokens_elder_dark"):
        css = build.themed(ROOT / "static" / "css" / f"{name}.css")
        chosen, _, wished = css.partition("@media screen and (prefers-color-scheme:dark)")
        assert '[data-theme="dark"]' in chosen and '[data-theme="auto"]' in wished
        assert chosen.count("--") == wished.count("--")


def test_the_dark_themes_change_only_tokens_that_exist() -> None:
    css = ROOT / "static" / "css"
    known = set(re.findall(r"(--[\w-]+):", (css / "tokens.css").read_text()))
    for name in ("tokens_dark", "tokens_elder", "tokens_elder_dark"):
        assert set(re.findall(r"(--[\w-]+):", (css / f"{name}.css").read_text())) <= known


def test_components_use_tokens_that_exist() -> None:
    css = ROOT / "static" / "css"
    own = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in css.rglob("*.css"))))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(path.read_text() for path in css.rglob("*.css"))))
    assert used <= own


def test_bootstraps_colours_are_left_out_and_its_grid_stays(build_assets: ModuleType) -> None:
    css = build_assets.without_unused(
        ".bg-primary{color:red}.d-none{display:none}.col-xl-3{flex:none}.col-md-3{flex:none}"
    )
    assert css == ".d-none{display:none}.col-md-3{flex:none}"
