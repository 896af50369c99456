"""The locks: hashes and exact versions, no address, and the tests run on what is shipped."""

import json
import re

import pytest

from portal import ROOT

LOCKS = ["requirements/run.lock", "requirements/test.lock"]


def versions(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\;]+)", (ROOT / lock).read_text(), re.M))


@pytest.mark.parametrize("path", [*LOCKS, "requirements/installer.lock", "package-lock.json", ".npmrc", "package.json"])
def test_no_address_stands_in_a_lock(path: str) -> None:
    assert "://" not in (ROOT / path).read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_hash(lock: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.M)[1:]
    assert len(entries) > 30
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped, tested = (versions(lock) for lock in LOCKS)
    assert shipped.items() <= tested.items()


def test_front_end_packages_are_exact_and_hashed() -> None:
    asked = json.loads((ROOT / "package.json").read_text())
    for version in {**asked["dependencies"], **asked["devDependencies"]}.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if name and not entry.get("integrity")] == []
