"""The .yaml file beside a document: what its loader says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from indexer.errors import InvalidSidecar
from indexer.parsed import Metadata
from knowledge.domain import Sharing

SUFFIXES = (".yaml", ".yml")
_LARGEST = 64 * 1024
_LANGUAGES = ("zh", "zh-TW", "en")


def sidecar(path: Path) -> Metadata:
    """The metadata in the file of the same stem; empty without one. Raises InvalidSidecar."""
    found = next((beside for suffix in SUFFIXES if (beside := path.with_suffix(suffix)).is_file()), None)
    return Metadata() if found is None else read(found)


def read(path: Path) -> Metadata:
    import yaml  # type: ignore[import-untyped, unused-ignore]

    raw = path.read_bytes()
    if len(raw) > _LARGEST:
        raise InvalidSidecar("larger than 64 kB")
    if b"&" in raw and b"*" in raw:
        # Aliases can be nested into billions of values; no honest sidecar needs one.
        raise InvalidSidecar("anchors and aliases are not read")
    try:
        values = yaml.safe_load(raw)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InvalidSidecar(f"{path.name} is no YAML") from error
    if values is None:
        return Metadata()
    if not isinstance(values, dict):
        raise InvalidSidecar(f"{path.name} is no list of keys and values")
    return validated(values)


def validated(values: Mapping[Any, Any]) -> Metadata:
    """The metadata, each key checked. Raises InvalidSidecar with the key and the reason."""
    unknown = [str(key) for key in values if key not in _CHECKS]
    if unknown:
        raise InvalidSidecar(f"{unknown[0]}: unknown key; known are {', '.join(_CHECKS)}")
    given = {key: value for key, value in values.items() if value is not None}
    return Metadata(**{key: _CHECKS[key](key, value) for key, value in given.items()})


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidSidecar(f"{key}: a text is needed")
    return value.strip()


def _year(key: str, value: Any) -> int:
    year = value.year if isinstance(value, date) else value
    if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= datetime.now(UTC).year + 1:
        raise InvalidSidecar(f"{key}: a year such as 2024 is needed")
    return year


def _one_of(*allowed: str) -> Callable[[str, Any], str]:
    def check(key: str, value: Any) -> str:
        if value not in allowed:
            raise InvalidSidecar(f"{key}: one of {', '.join(allowed)} is needed")
        return str(value)

    return check


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_text(key, value),)
    if not isinstance(value, list):
        raise InvalidSidecar(f"{key}: a list of texts is needed")
    return tuple(_text(key, each) for each in value)


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidSidecar(f"{key}: true or false is needed")
    return value


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "title": _text,
    "year": _year,
    "publisher": _text,
    "language": _one_of(*_LANGUAGES),
    "specialties": _texts,
    "source": _text,
    "sharing": _one_of(*(each.value for each in Sharing)),
    "sample": _flag,
}
