"""What is checked of a file that is an archive, before anything in it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from lxml import etree

from indexer import errors

#: Real files pack 2 to 21 times, a bomb 425 times (facts.md).
_HIGHEST_RATIO = 100
_LARGEST_UNPACKED = 200 * 1024 * 1024
_MOST_PARTS = 20_000


def check_archive(path: Path, needs: str, *, of: str) -> None:
    """Sizes come from the list of parts: nothing is unpacked before they are known to be sane.

    needs: a part that such a file must have; of: what it would be, in words.

    Raises WrongKind, ArchiveBomb, Encrypted or Damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise errors.Damaged("not a whole archive") from error
    names = {part.filename for part in parts}
    if "EncryptionInfo" in names or any(part.flag_bits & 1 for part in parts):
        raise errors.Encrypted
    if needs not in names:
        raise errors.WrongKind(f"an archive without {of} in it")
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if len(parts) > _MOST_PARTS or unpacked > _LARGEST_UNPACKED or unpacked / packed > _HIGHEST_RATIO:
        raise errors.ArchiveBomb(f"{unpacked / packed:.0f}:1")


def xml_of(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """A part of an archive as XML; nothing that it names elsewhere is fetched or put in. Raises Damaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (KeyError, etree.XMLSyntaxError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise errors.Damaged(f"{name}: {type(error).__name__}") from error
