"""Build what the browser loads: styles, scripts and icons, with the hash of the content in each name.

Reads node_modules/ (Bootstrap, icons, htmx, Chart.js, exactly as locked) and our own static/css, static/js, static/img;
writes static/build/ and its manifest.json. Nothing of it is committed. Run it with ``python scripts/build_assets.py``.
"""

import argparse
import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

try:
    import brotli
except ImportError:  # it comes with the portal's packages; without them gzip alone is written
    brotli = None

ROOT = Path(__file__).resolve().parent.parent
LAYERS = "@layer bootstrap, base, layout, components, utilities;\n"

# Bootstrap's parts that we use. Colours, and the widths between phone, md and lg, are left out: ours are the tokens.
BOOTSTRAP = ("bootstrap-reboot.css", "bootstrap-grid.css", "bootstrap-utilities.css")
UNUSED = re.compile(
    r"-(sm|xl|xxl)(-|\b)|\.(text-bg|bg|link|border|text|focus-ring|icon-link|btn|shadow|opacity|z|order|offset|g|gx|gy)-"
)
KEPT = re.compile(r"\.text-(start|end|center|nowrap|wrap|break|truncate|decoration-none)|\.g[xy]?-[0-5]\b|\.border-0")

STYLES = (
    "tokens",
    "tokens_dark",
    "tokens_elder",
    "tokens_elder_dark",
    "base",
    "layout",
    "layout_member",
    "layout_staff",
)

SKIPPED = {"node_modules", ".venv", "tests", "benchmarks", "migrations"}
QUOTED = re.compile(r"""["'#]([a-z0-9]+(?:-[a-z0-9]+)*)["']""")


def main() -> int:
    """Build everything and return 0, or say what is missing and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules", help="where npm put the packages")
    modules = parser.parse_args().modules
    if not (modules / "bootstrap").is_dir():
        print(f"{modules} holds no packages yet: run npm ci first", file=sys.stderr)
        return 1
    build = Build(ROOT / "static", modules)
    build.run()
    for name, stored in sorted(build.manifest.items()):
        print(f"{(ROOT / 'static' / stored).stat().st_size:>8}  {name}")
    return 0


class Build:
    """One build; the old one is replaced as a whole, so that nothing stale is left behind."""

    def __init__(self, static: Path, modules: Path) -> None:
        self.static, self.modules = static, modules
        self.target = static / "build"
        self.fresh = static / "build.new"
        self.manifest: dict[str, str] = {}

    def run(self) -> None:
        """Write all files, then the manifest, then put the new folder in the place of the old one."""
        shutil.rmtree(self.fresh, ignore_errors=True)
        self.fresh.mkdir(parents=True)
        self.write("site.css", self.styles())
        self.write("icons.svg", self.icons())
        self.write("htmx.js", self.package("htmx.org/dist/htmx.min.js"))
        self.write("chart-library.js", self.package("chart.js/dist/chart.umd.min.js", "chart.js/dist/chart.umd.js"))
        for source in sorted((self.static / "js").glob("*.js")):
            self.module(source.name)
        for source in sorted((self.static / "img").glob("*.*")):
            self.write(f"img/{source.name}", source.read_bytes())
        (self.fresh / "manifest.json").write_text(json.dumps(self.manifest, indent=1, sort_keys=True) + "\n")
        shutil.rmtree(self.target, ignore_errors=True)
        self.fresh.rename(self.target)

    def write(self, name: str, content: str | bytes) -> str:
        """Write one file under a name with the hash of its content, and its compressed forms; return that name."""
        data = content.encode() if isinstance(content, str) else content
        path = Path(name)
        stored = path.with_name(f"{path.stem}.{hashlib.sha256(data).hexdigest()[:10]}{path.suffix}").as_posix()
        (self.fresh / stored).parent.mkdir(parents=True, exist_ok=True)
        (self.fresh / stored).write_bytes(data)
        if path.suffix in {".css", ".js", ".svg"}:
            (self.fresh / f"{stored}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
            if brotli:
                (self.fresh / f"{stored}.br").write_bytes(brotli.compress(data))
        self.manifest[f"build/{name}"] = f"build/{stored}"
        return stored

    def package(self, *names: str) -> str:
        """Return the first of these files of a package, without the note about its source map."""
        for name in names:
            if (self.modules / name).is_file():
                return re.sub(r"\n?//# sourceMappingURL=.*", "", (self.modules / name).read_text())
        raise FileNotFoundError(f"no package holds {' or '.join(names)}")

    def styles(self) -> str:
        """Return Bootstrap's parts in the lowest layer, then our own files, print last."""
        bootstrap = "".join(
            without_unused(stripped((self.modules / "bootstrap/dist/css" / name).read_text())) for name in BOOTSTRAP
        )
        css = self.static / "css"
        own = "".join(self.themed(css / f"{name}.css") for name in STYLES)
        own += "".join(stripped(path.read_text()) for path in sorted((css / "components").glob("*.css")))
        return f"{LAYERS}@layer bootstrap{{{bootstrap}}}{own}{stripped((css / 'print.css').read_text())}"

    def themed(self, path: Path) -> str:
        """Return a style file; a dark one twice: as chosen, and as the system's wish when nothing was chosen. Paper is white."""
        text = stripped(path.read_text())
        if not path.stem.endswith("dark"):
            return text
        wished = text.replace('[data-theme="dark"]', '[data-theme="auto"]')
        return f"@media screen{{{text}}}@media screen and (prefers-color-scheme:dark){{{wished}}}"

    def icons(self) -> str:
        """Return one sprite of the icons we use; each is shown with <use href="...icons.svg#name">."""
        symbols = []
        for name in self.icon_names():
            source = (self.modules / "bootstrap-icons/icons" / f"{name}.svg").read_text()
            box, inner = re.search(r'viewBox="([^"]+)"', source), re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
            if not box or not inner:
                raise ValueError(f"the icon {name} has an unexpected form")
            drawn = re.sub(r"\s+", " ", inner[1]).strip()
            symbols.append(f'<symbol id="{name}" viewBox="{box[1]}">{drawn}</symbol>')
        return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'

    def icon_names(self) -> list[str]:
        """Return the icons whose names stand in quotes in a template or in Python code."""
        known = {path.stem for path in (self.modules / "bootstrap-icons/icons").glob("*.svg")}
        sources = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("[a-z]*/**/*.py")]
        texts = (path.read_text() for path in sources if not SKIPPED.intersection(path.parts))
        return sorted(known.intersection(QUOTED.findall("\n".join(texts))))

    def module(self, name: str) -> str:
        """Write one of our modules after those it imports, and let it import them by their new names."""
        if (known := f"build/js/{name}") in self.manifest:
            return self.manifest[known].removeprefix("build/")

        def renamed(found: re.Match[str]) -> str:
            return f"{found[1]}./{self.module(found[2]).removeprefix('js/')}{found[3]}"

        text = (self.static / "js" / name).read_text()
        return self.write(
            f"js/{name}", re.sub(r"""((?:from|import)\s*\(?\s*["'])\./([\w-]+\.js)(["'])""", renamed, text)
        )


def stripped(css: str) -> str:
    """Return a style sheet without comments and needless white space."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return re.sub(r"(?<=[{;])([\w-]+): ", r"\1:", css).replace(";}", "}").replace('@charset "UTF-8";', "").strip()


def without_unused(css: str) -> str:
    """Return Bootstrap's rules without those that this site forbids itself."""
    return re.sub(r"((?:^|(?<=[{}]))[^@{}]+)\{([^{}]*)\}", _kept_rule, css).replace("@media (min-width:1200px){}", "")


def _kept_rule(rule: re.Match[str]) -> str:
    selectors = [one for one in rule[1].split(",") if not UNUSED.search(one) or KEPT.search(one)]
    return f"{','.join(selectors)}{{{rule[2]}}}" if selectors else ""


if __name__ == "__main__":
    sys.exit(main())
