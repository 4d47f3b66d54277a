"""Telegram HTML as text for a terminal: bold, dim where Telegram folds, a bar before what is quoted."""

from __future__ import annotations

from html.parser import HTMLParser

from rich.text import Text

from bot.conversation import Button

_BAR = "▎ "
_FOLDED_BAR = "┆ "
_STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "code": "cyan"}


class _Painter(HTMLParser):
    """Collects pieces of text with the styles that hold for them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = Text()
        self._styles: list[tuple[str, str]] = []
        #: The bar before each line, while something is quoted.
        self._bar = ""
        self._line_begun = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "blockquote":
            folded = any(name == "expandable" for name, _ in attrs)
            self._bar, self._line_begun = (_FOLDED_BAR if folded else _BAR), False
            self._styles.append((tag, "dim" if folded else ""))
        elif tag in _STYLES:
            self._styles.append((tag, _STYLES[tag]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote":
            self._bar = ""
        at = next((n for n in reversed(range(len(self._styles))) if self._styles[n][0] == tag), None)
        if at is not None:
            del self._styles[at]

    def handle_data(self, data: str) -> None:
        style = " ".join(style for _, style in self._styles if style)
        for part in data.splitlines(keepends=True):
            if self._bar and not self._line_begun:
                self.text.append(self._bar, "dim")
            self.text.append(part, style)
            self._line_begun = not part.endswith("\n")


def terminal_text(html: str) -> Text:
    painter = _Painter()
    painter.feed(html)
    painter.close()
    return painter.text


def choices_text(choices: list[Button]) -> Text:
    """The buttons, numbered; an address stands behind the one that opens it."""
    text = Text()
    for number, button in enumerate(choices, 1):
        text.append(f"{number}", "bold")
        text.append(f" {button.text}")
        if button.url:
            text.append(f"  {button.url}", "dim")
            text.append("\n")
        else:
            text.append("   " if number < len(choices) and not choices[number].url else "\n")
    text.rstrip()
    return text
