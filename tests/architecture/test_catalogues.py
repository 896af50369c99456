"""Chinese is always complete: no sentence without it, none fuzzy, none with other placeholders."""

import pytest

from portal import catalogues


def test_every_sentence_has_its_chinese():
    assert catalogues.check() == []


def test_the_control_sees_a_sentence_without_chinese(monkeypatch: pytest.MonkeyPatch):
    real = list(catalogues.sources())
    added = [*real, ("kernel/web.py", 1, "A sentence that nobody has translated.", None)]
    monkeypatch.setattr(catalogues, "sources", lambda: iter(added))
    assert any("A sentence that nobody has translated." in fault for fault in catalogues.check())
