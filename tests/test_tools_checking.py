"""Arguments against a schema that somebody wrote."""

import urllib.request

import pytest

from frontdesk.tools.checking import check_of


def test_a_reference_to_another_document_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[object] = []
    monkeypatch.setattr(urllib.request, "urlopen", fetched.append)
    check = check_of({"type": "object", "unevaluatedProperties": {"$ref": "http://127.0.0.1/type.json"}})
    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        check({"name": "Ada"})
    assert fetched == []
