"""Errors: each cause has a code of its own and a message that says what to do."""

from __future__ import annotations

import re

import pytest

from indexer import errors


def _all(base=errors.IndexerError):
    return [base, *(kind for child in base.__subclasses__() for kind in _all(child))]


def test_codes_are_stable_names_and_unique():
    codes = [kind.code for kind in _all()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


@pytest.mark.parametrize("kind", _all())
def test_the_docstring_is_the_message(kind):
    assert str(kind()) == kind.message()
    assert kind.message().endswith(".")
    assert str(kind("detail")) == f"{kind.message()} (detail)"


@pytest.mark.parametrize("kind", _all())
def test_an_error_comes_back_from_its_code(kind):
    assert type(errors.by_code(kind.code)) is kind


def test_an_unknown_code_is_the_base_error():
    assert type(errors.by_code("of_another_version")) is errors.IndexerError
