"""A real Chromium, driven in sentences: open, fill in, press, see."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_SECONDS = 15

os.environ.setdefault("SE_OFFLINE", "true")
os.environ.setdefault("SE_AVOID_STATS", "true")


def is_installed() -> bool:
    """Say whether Chromium and its driver are on this machine."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


def start(*, width: int = 390, height: int = 844, language: str = "zh-CN", script: bool = True) -> "Browser":
    """Start a Chromium of a width; below 600 px it behaves as a phone. ``script=False`` turns JavaScript off."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        f"--lang={language}",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(30)
    if width < 600:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True},
        )
    return Browser(driver, has_script=script)


class Browser:
    """What a person does in front of a screen."""

    def __init__(self, driver: Any, *, has_script: bool = True) -> None:
        self.driver = driver
        self.has_script = has_script
        self.site = ""

    def begins_afresh(self) -> None:
        """Forget who used it before, and what its console said."""
        self.signs_out_of_everything()
        self.driver.get_log("browser")

    def keeps_cookie(self, name: str, value: str, **more: Any) -> None:
        """Keep a cookie of the site."""
        self.driver.execute_cdp_cmd("Network.setCookie", {"name": name, "value": value, "url": self.site, **more})

    # --- going somewhere

    def visits(self, path: str) -> None:
        """Open an address of the site."""
        self.driver.get(self.site + path)

    @property
    def path(self) -> str:
        """The address without the host."""
        return str(self.driver.current_url).removeprefix(self.site)

    # --- doing something

    def fills_in(self, name: str, value: str) -> None:
        """Type into the field of a name, replacing what is there."""
        field = self.field(name)
        if field.get_attribute("type") in {"date", "time", "datetime-local"}:
            self.driver.execute_script(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
                field,
                value,
            )
            return
        field.clear()
        field.send_keys(value)

    def chooses(self, name: str, value: str) -> None:
        """Choose a value of a select box or a group of radio buttons or check boxes."""
        field = self.field(name)
        if field.tag_name == "select":
            Select(field).select_by_value(value)
            return
        self.presses(f"input[name='{name}'][value='{value}']")

    def ticks(self, name: str) -> None:
        """Tick a box."""
        box = self.field(name)
        if not box.is_selected():
            self._click(box)

    def presses(self, what: str) -> None:
        """Press a button or link by its visible text or by a CSS selector."""
        self._click(self._pressable(what))

    def _click(self, element: WebElement) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        try:
            element.click()
        except WebDriverException:
            self.driver.execute_script("arguments[0].click()", element)

    def _pressable(self, what: str) -> WebElement:
        def look() -> WebElement | None:
            if what.startswith(("#", ".", "[", "input", "button", "form", "a[", "main", "label")):
                found = self.driver.find_elements(By.CSS_SELECTOR, what)
            else:
                text = json.dumps(what, ensure_ascii=False)
                found = self.driver.find_elements(
                    By.XPATH,
                    f"//button[normalize-space()={text}] | //a[normalize-space()={text}] | //summary[normalize-space()={text}]"
                    f" | //input[@type='submit' and @value={text}] | //label[normalize-space()={text}]",
                ) or self.driver.find_elements(
                    By.XPATH,
                    f"//main//*[self::button or self::a or self::summary or self::label][contains(normalize-space(), {text})]",
                )
            return next((element for element in found if element.is_displayed()), None)

        return self.waits_for(look, f"something to press: {what}")

    def opens(self, what: str) -> None:
        """Unfold what is folded, so that its fields can be used."""
        fold = self.element(what)
        if fold.get_attribute("open") is None:
            self._click(fold.find_element(By.TAG_NAME, "summary"))

    def element(self, selector: str) -> WebElement:
        """Return the first element of a CSS selector."""
        return self.waits_for(
            lambda: next(iter(self.driver.find_elements(By.CSS_SELECTOR, selector)), None), f"an element {selector}"
        )

    def field(self, name: str) -> WebElement:
        """Return the field of a name."""
        return self.waits_for(
            lambda: next(
                iter(self.driver.find_elements(By.CSS_SELECTOR, f"main [name='{name}']:not([type=hidden])")), None
            ),
            f"a field {name}",
        )

    # --- seeing something

    @property
    def text(self) -> str:
        """The visible text of the page's main part."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    @property
    def heading(self) -> str:
        """The page's one heading."""
        return str(self.driver.find_element(By.TAG_NAME, "h1").text)

    def sees(self, *texts: str) -> None:
        """Wait until all texts can be read on the page."""
        for text in texts:
            self.waits_for(lambda text=text: text in self.text or None, f"the text {text!r}")

    def does_not_see(self, *texts: str) -> None:
        """Make sure that none of the texts can be read."""
        for text in texts:
            assert text not in self.text, f"{text!r} can be read on {self.path}"

    def waits_for(self, look: Callable[[], Any], what: str) -> Any:
        """Look again and again until something is there; never a fixed pause."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = look()
            except (StaleElementReferenceException, WebDriverException):
                found = None
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not appear on {self.driver.current_url}:\n{self.text[:1500]}")
            time.sleep(0.05)  # polling, bounded by the deadline

    # --- judging the page

    def complaints(self) -> list[str]:
        """Return what the browser's console holds: errors and broken policies."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def axe(self, *rules: str) -> list[str]:
        """Return axe-core's findings on the page as it is; ``rules`` names the few that are asked for, else all."""
        if not self.driver.execute_script("return 'axe' in window"):
            self.driver.execute_script(AXE.read_text())
        asked = list(rules) or ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        result = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run({runOnly: arguments[0], resultTypes: ['violations']}).then("
            "result => done({violations: result.violations}), error => done({violations: [{id: String(error), nodes: []}]}))",
            asked,
        )
        return [
            f"{violation['id']}: {node['html'][:140]}"
            for violation in result["violations"]
            for node in violation["nodes"] or [{"html": ""}]
        ]

    def is_as_wide_as(self, width: int, height: int = 900) -> None:
        """Give the window another width without loading the page again."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def is_dark(self, dark: bool) -> None:
        """Let the device ask for a dark or a light page."""
        scheme = "dark" if dark else "light"
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def scrolls_sideways(self) -> bool:
        """Say whether the page is wider than the screen."""
        return bool(
            self.driver.execute_script(
                "return document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
            )
        )

    def keeps_a_picture(self, path: Path) -> None:
        """Save a screenshot of the whole page."""
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {
                "captureBeyondViewport": True,
                "clip": {
                    "x": 0,
                    "y": 0,
                    "width": self.driver.execute_script("return innerWidth"),
                    "height": min(height, 8000),
                    "scale": 1,
                },
            },
        )
        import base64

        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def signs_out_of_everything(self) -> None:
        """Forget all cookies."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def close(self) -> None:
        """Close the browser."""
        self.driver.quit()
