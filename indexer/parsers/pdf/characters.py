"""What stands on a page: characters with their place and print, and the segments that they make.

Places are PDF points as the page is read (its rotation undone), the origin at the lower left.
"""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""x0, bottom, x1, top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How a run of text is set."""

    #: In points, as shown.
    size: float
    baseline: float
    bold: bool = False
    #: Read from left to right on the page as shown; side tabs and watermarks are not.
    upright: bool = True
    #: Laid unseen over a picture, as text recognition does.
    invisible: bool = False
    font: str = ""
    #: Filled in white: to be read on a coloured ground only.
    white: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character and its box; a generated one (a space that pypdfium2 infers) has no ink."""

    text: str
    x0: float
    x1: float
    bottom: float
    top: float
    print: Print
    generated: bool = False
    #: The file has it as a private-use character.
    private: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What pypdfium2 writes between two line breaks; it has ink."""

    characters: tuple[Character, ...]
    #: Its last character is a hyphen that may belong to the line end only.
    hyphenated: bool = False

    @property
    def inked(self) -> tuple[Character, ...]:
        return tuple(character for character in self.characters if not character.generated)
