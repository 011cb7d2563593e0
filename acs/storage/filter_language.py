"""The language of fleet filters: text to an expression. What fields mean in tables is not here.

    filter = and *("or" and)          and  = not *("and" not)
    not    = "not" not / "(" filter ")" / test
    test   = flag / field op value / field ["not"] "in" "(" value *("," value) ")" / field "known"
    op     = "=" / "!=" / "<" / "<=" / ">" / ">=" / "~" / "!~"

``~`` compares with ``*`` (any letters) and ``?`` (one), in any case. Values with spaces or signs
stand in double quotes. What is not known passes no test but ``not``.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from acs.duration import Duration
from acs.storage.filter_terms import (
    FIELDS,
    All,
    Among,
    Either,
    Expression,
    Field,
    Flag,
    Kind,
    Known,
    Not,
    Op,
    Test,
)

LONGEST = 500  # letters
_MOST_TESTS = 40
_DEEPEST = 20


class FilterError(ValueError):
    """A filter that cannot be read.

    Attributes:
        at: where, letters from 0.
    """

    def __init__(self, at: int, says: str) -> None:
        super().__init__(f"at letter {at + 1}: {says}")
        self.at = at


_TOKEN = re.compile(
    r'\s*(?:(?P<sign>!=|!~|<=|>=|[=<>~(),])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"=<>~!(),]+))'
)
_OPS: Mapping[str, Op] = MappingProxyType(
    {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "~": "~", "!~": "!~"}
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "known"})
_ORDERED, _LIKE = frozenset({"<", "<=", ">", ">="}), frozenset({"~", "!~"})
_ALLOWED: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        "text": frozenset({"=", "!=", "~", "!~"}),
        "choice": frozenset({"=", "!="}),
        "share": frozenset({"<", "<=", ">", ">="}),
        "age": frozenset({"<", "<=", ">", ">="}),
        "flag": frozenset(),
    }
)


class _Token(NamedTuple):
    at: int
    text: str
    is_sign: bool
    is_quoted: bool

    def is_word(self, word: str) -> bool:
        return not self.is_sign and not self.is_quoted and self.text.lower() == word


def parse(text: str) -> Expression:
    """Read a filter.

    Raises:
        FilterError: where it cannot be read, and what was expected there.
    """
    if len(text) > LONGEST:
        raise FilterError(LONGEST, f"a filter has at most {LONGEST} letters")
    return _Parser(_tokens(text), len(text)).whole()


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            rest = len(text) - len(text[at:].lstrip())
            says = "a quote that does not end" if text[rest] == '"' else f"found {text[rest]!r}"
            raise FilterError(rest, says)
        name = match.lastgroup
        assert name is not None
        part = match[name]
        if name == "quoted":
            part = re.sub(r"\\(.)", r"\1", part)
        found.append(_Token(match.start(name), part, name == "sign", name == "quoted"))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens, self._end = tokens, end
        self._next = self._tests = 0

    def whole(self) -> Expression:
        found = self._any(0)
        if self._next < len(self._tokens):
            self._fail('expected "and", "or" or the end')
        return found

    def _any(self, depth: int) -> Expression:
        parts = [self._all(depth)]
        while self._take("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self, depth: int) -> Expression:
        parts = [self._not(depth)]
        while self._take("and"):
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _not(self, depth: int) -> Expression:
        if depth >= _DEEPEST:
            self._fail(f"at most {_DEEPEST} levels of brackets and not")
        if self._take("not"):
            return Not(self._not(depth + 1))
        if self._sign("("):
            found = self._any(depth + 1)
            self._need(")")
            return found
        return self._test()

    def _test(self) -> Expression:
        token = self._token("a field, not or (")
        self._tests += 1
        if self._tests > _MOST_TESTS:
            self._fail(f"at most {_MOST_TESTS} tests", token)
        name = token.text.lower()
        field = FIELDS.get(name)
        if field is None or token.is_sign or token.is_quoted:
            self._fail(f"found {token.text!r}; fields are {', '.join(FIELDS)}", token)
        if field.kind == "flag":
            return Flag(name)
        if self._take("known"):
            return Known(name)
        if self._take("in"):
            return Among(name, self._values(name, field))
        if self._take("not"):
            if not self._take("in"):
                self._fail('expected "in"')
            return Not(Among(name, self._values(name, field)))
        sign = self._token(f"after {name} one of {_list(field)}")
        op = _OPS.get(sign.text) if sign.is_sign else None
        if op is None or op not in _ALLOWED[field.kind]:
            self._fail(f"after {name} comes one of {_list(field)}, in, known", sign)
        return Test(name, op, self._value(name, field))

    def _values(self, name: str, field: Field) -> tuple[str | float, ...]:
        if field.kind not in ("text", "choice"):
            self._fail(f"{name} is compared by {_list(field)}")
        self._need("(")
        found = [self._value(name, field)]
        while self._sign(","):
            found.append(self._value(name, field))
            if len(found) > _MOST_TESTS:
                self._fail(f"at most {_MOST_TESTS} values")
        self._need(")")
        return tuple(found)

    def _value(self, name: str, field: Field) -> str | float:
        token = self._token(f"a value of {name}")
        if token.is_sign:
            self._fail(f"expected a value of {name}; signs stand in quotes", token)
        if field.kind == "choice":
            folded = {choice.lower(): choice for choice in field.choices}
            if token.text.lower() not in folded:
                says = f"found {token.text!r}; {name} is one of {', '.join(field.choices)}"
                self._fail(says, token)
            return folded[token.text.lower()]
        if field.kind == "share":
            return self._share(name, token)
        if field.kind == "age":
            try:
                return float(Duration.parse(token.text))
            except ValueError as error:
                self._fail(f"{name}: {error}", token)
        return token.text

    def _share(self, name: str, token: _Token) -> float:
        text, percent = token.text.removesuffix("%"), token.text.endswith("%")
        try:
            share = float(text) / 100 if percent else float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            self._fail(f"found {token.text!r}; {name} is 0 to 1, or a percentage", token)
        return share

    def _token(self, expected: str) -> _Token:
        if self._next >= len(self._tokens):
            raise FilterError(self._end, f"expected {expected}")
        self._next += 1
        return self._tokens[self._next - 1]

    def _take(self, word: str) -> bool:
        known = self._next < len(self._tokens) and self._tokens[self._next].is_word(word)
        self._next += known
        return known

    def _sign(self, sign: str) -> bool:
        known = self._next < len(self._tokens) and (
            self._tokens[self._next].is_sign and self._tokens[self._next].text == sign
        )
        self._next += known
        return known

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            self._fail(f'expected "{sign}"')

    def _fail(self, says: str, token: _Token | None = None) -> NoReturn:
        if token is None and self._next < len(self._tokens):
            token = self._tokens[self._next]
            says = f"{says}, found {token.text!r}" if "found" not in says else says
        raise FilterError(self._end if token is None else token.at, says)


def _list(field: Field) -> str:
    return " ".join(sorted(_ALLOWED[field.kind]))


def written(expression: Expression) -> str:
    """An expression as text that ``parse`` reads as the same."""
    match expression:
        case Test(field, op, value):
            return f"{field} {op} {_shown(field, value)}"
        case Among(field, values):
            return f"{field} in ({', '.join(_shown(field, value) for value in values)})"
        case Known(field):
            return f"{field} known"
        case Flag(field):
            return field
        case Not(inner):
            return f"not ({written(inner)})"
        case All(parts):
            return " and ".join(f"({written(part)})" for part in parts)
        case Either(parts):
            return " or ".join(f"({written(part)})" for part in parts)


def _shown(field: str, value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.6f}" if FIELDS[field].kind == "share" else f"{value:.3f}s"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
