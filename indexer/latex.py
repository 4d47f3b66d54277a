"""LaTeX left over by OCR, as plain text: only by exact rules; what no rule covers stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INLINE = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]*)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)

_SYMBOLS = {
    "sim": "~", "thicksim": "~", "geq": "≥", "geqslant": "≥", "ge": "≥", "leq": "≤", "leqslant": "≤", "le": "≤",
    "times": "×", "pm": "±", "mp": "∓", "cdot": "·", "div": "÷", "approx": "≈", "neq": "≠", "ne": "≠", "circ": "°",
    "degree": "°", "textdegree": "°", "to": "→", "rightarrow": "→", "leftarrow": "←", "uparrow": "↑", "downarrow": "↓",
    "infty": "∞", "mu": "μ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε",
    "varepsilon": "ε", "kappa": "κ", "lambda": "λ", "omega": "ω", "Omega": "Ω", "pi": "π", "rho": "ρ", "sigma": "σ",
    "Sigma": "Σ", "theta": "θ", "chi": "χ", "phi": "φ", "psi": "ψ", "eta": "η", "zeta": "ζ", "tau": "τ",
    "lt": "<", "gt": ">", "ll": "≪", "gg": "≫", "star": "★", "bullet": "•", "log": "log", "min": "min", "max": "max",
}  # fmt: skip
#: Characters that LaTeX escapes, and its spaces.
_ESCAPED = {
    "%": "%",
    "&": "&",
    "#": "#",
    "_": "_",
    "$": "$",
    "{": "{",
    "}": "}",
    " ": " ",
    ",": "",
    ":": " ",
    ";": " ",
    "!": "",
}
#: Commands that only set type; their argument is what is shown.
_TYPE = frozenset(
    "mathrm mathbf mathit mathsf mathtt mathrel text textrm textbf textit textup"
    " rm bf it bm boldsymbol operatorname".split()
)
#: Commands that set size from there on, and show nothing themselves.
_SIZES = frozenset("scriptstyle displaystyle textstyle".split())
_SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_CIRCLED = {str(number): chr(0x2460 + number - 1) for number in range(1, 21)}

_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|([{}^_~])|\s+|([^\\{}^_~\s]+)", re.DOTALL)


class _NoRule(Exception):
    """A construct that no rule covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    text: str
    #: How many formulas no rule covered.
    left: int


def plain(text: str) -> Plain:
    """The text with its formulas in plain characters, and how many had to stay."""
    left = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal left
        body = next((group for group in match.groups() if group is not None), "")
        if not _looks_like_formula(body):
            return match.group(0)
        try:
            return formula(body)
        except _NoRule:
            left += 1
            return match.group(0)

    return Plain(text=_INLINE.sub(replaced, text), left=left)


def _looks_like_formula(body: str) -> bool:
    """Two prices in one sentence also stand between dollar signs; Chinese text is never a formula."""
    return not re.search(r"[\u4e00-\u9fff]{2,}", body)


def formula(body: str) -> str:
    """One formula as plain text. Raises _NoRule where a rule is missing: a guess could change a dose."""
    tokens = list(_TOKEN.finditer(body))
    if "".join(match.group(0) for match in tokens) != body:
        raise _NoRule
    shown, rest = _sequence(tokens, 0, closing=False)
    if rest != len(tokens):
        raise _NoRule
    return _tidy(shown)


def _sequence(tokens: list[re.Match[str]], at: int, *, closing: bool) -> tuple[str, int]:
    """The tokens up to the closing brace or the end, and the place behind them."""
    parts: list[str] = []
    while at < len(tokens):
        if tokens[at].group(3) == "}":
            if not closing:
                raise _NoRule
            return "".join(parts), at + 1
        shown, at = _item(tokens, at)
        parts.append(shown)
    if closing:
        raise _NoRule
    return "".join(parts), at


def _item(tokens: list[re.Match[str]], at: int) -> tuple[str, int]:
    command, escaped, mark, plain_text = tokens[at].groups()
    if command:
        return _command(command, tokens, at + 1)
    if escaped is not None:
        return _known(_ESCAPED, escaped), at + 1
    if mark == "{":
        return _sequence(tokens, at + 1, closing=True)
    if mark in ("^", "_"):
        return _script(mark, tokens, at + 1)
    if mark == "~":
        return " ", at + 1
    return (plain_text if plain_text is not None else "\0"), at + 1


def _known(table: dict[str, str], key: str) -> str:
    if key not in table:
        raise _NoRule
    return table[key]


def _command(name: str, tokens: list[re.Match[str]], at: int) -> tuple[str, int]:
    if name in _TYPE:
        return _argument(tokens, at)
    if name in _SIZES:
        return "", at
    if name == "textcircled":
        number, after = _argument(tokens, at)
        return _known(_CIRCLED, number.replace("\0", "")), after
    if name in ("frac", "dfrac", "tfrac"):
        above, middle = _argument(tokens, at)
        below, after = _argument(tokens, middle)
        return _fraction(above, below), after
    return _known(_SYMBOLS, name), at


def _fraction(above: str, below: str) -> str:
    if not all(re.fullmatch(r"[\w.\0]+", part) for part in (above, below)):
        raise _NoRule
    return f"{above}/{below}"


def _argument(tokens: list[re.Match[str]], at: int) -> tuple[str, int]:
    """A group in braces or one token."""
    while at < len(tokens) and not any(tokens[at].groups()):
        at += 1
    if at >= len(tokens):
        raise _NoRule
    if tokens[at].group(4):
        raise _NoRule
    return _item(tokens, at)


def _script(mark: str, tokens: list[re.Match[str]], at: int) -> tuple[str, int]:
    while at < len(tokens) and not any(tokens[at].groups()):
        at += 1
    if at >= len(tokens):
        raise _NoRule
    single = tokens[at].group(4)
    inner, after = (single, at + 1) if single and len(single) == 1 else _argument(tokens, at)
    compact = inner.replace("\0", "").replace(" ", "")
    if mark == "^":
        return _raised(compact), after
    return _lowered(compact), after


def _raised(inner: str) -> str:
    if inner in ("°", "'", "*", "®", "™", ""):
        return inner
    if re.fullmatch(r"\[[\d,\-–~]+\]", inner):
        return inner
    if not re.fullmatch(r"[0-9+\-−=()n]+", inner):
        raise _NoRule
    return inner.translate(_SUPERSCRIPT)


def _lowered(inner: str) -> str:
    if inner == "":
        return ""
    if inner in ("。", "，", "；", "∘"):
        return inner
    if not re.fullmatch(r"[0-9+\-−=()]+", inner):
        raise _NoRule
    return inner.translate(_SUBSCRIPT)


def _tidy(shown: str) -> str:
    r"""OCR parts every character by a space; \0 stands for such a space, which shows nothing between digits.

    A space that the formula itself asks for ("~", "\ ") stays between words.
    """
    text = re.sub(r"\0+", "\0", shown)
    text = re.sub(r"(?<=[\w.,%/])\0(?=[\w.,%/])", "", text).replace("\0", "")
    return re.sub(r" {2,}", " ", text).strip()
