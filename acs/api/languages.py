"""In which language an answer speaks (RFC 9110, 12.5.4), and the words of each. No rules else."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from acs.api import words, words_ru
from acs.commands import Command
from diagnostics.languages import said
from diagnostics.verdict import Action

Language = Literal["en", "ru"]


class Words(NamedTuple):
    """One language."""

    language: Language
    advice: Mapping[Action, str]
    customer: Mapping[Action, str]
    causes: Mapping[str, str]
    guards: Mapping[str, str]  # by the guard's name; empty: the guard's own sentence is said
    reboot_states: Mapping[str, str]
    outcomes: Mapping[str, str]
    says: Mapping[str, str]
    span: Callable[[float], str]

    def ago(self, seconds: float) -> str:
        """How long ago something was."""
        return self.says["ago"].format(span=self.span(seconds))

    def sure(self, confidence: float) -> str:
        """A probability for a sentence."""
        return self.says["sure"].format(share=f"{confidence:.0%}")

    def said(self, sentence: str) -> str:
        """A sentence of the diagnosis."""
        return said(sentence, self.language)

    def reasons(self, command: Command) -> str:
        """Why guards refused a command."""
        own = (self.guards.get(no.guard) for no in command.refusals)
        told = [word or no.reason for word, no in zip(own, command.refusals, strict=True)]
        return ("; " if self.guards else " ").join(told)

    def reboot_news(self, command: Command, now: float) -> str:
        """What to say of a recent reboot, or nothing when there is nothing to say."""
        since = command.confirmed_at or command.sent_at or command.at
        known = self.reboot_states.get(command.state, "")
        if command.state == "verified" and command.outcome is not None:
            known = self.outcomes[command.outcome]
        return known.format(ago=self.ago(now - since))


ENGLISH = Words(
    "en",
    words.ADVICE,
    words.CUSTOMER,
    words.CAUSES,
    {},
    words.REBOOT_STATES,
    words.OUTCOMES,
    words.SAYS,
    words.span,
)
RUSSIAN = Words(
    "ru",
    words_ru.ADVICE,
    words_ru.CUSTOMER,
    words_ru.CAUSES,
    words_ru.GUARDS,
    words_ru.REBOOT_STATES,
    words_ru.OUTCOMES,
    words_ru.SAYS,
    words_ru.span,
)
_LANGUAGES: dict[str, Words] = {"en": ENGLISH, "ru": RUSSIAN}
_ANY = "*"


def words_for(accept: str) -> Words:
    """The language that a request's Accept-Language likes best; English where it likes neither.

    What cannot be read in it counts for nothing. ``*`` is every language that is not named.
    """
    liked: dict[str, float] = {}
    for part in accept.split(","):
        name, _, weight = part.partition(";")
        language = name.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if language in _LANGUAGES or language == _ANY:
            liked[language] = max(quality, liked.get(language, 0.0))
    for language in _LANGUAGES:
        liked.setdefault(language, liked.get(_ANY, 0.0))
    liked.pop(_ANY, None)
    # of two liked as well the one that was named first
    best = max(liked, key=liked.__getitem__)
    return _LANGUAGES[best] if liked[best] > 0 else ENGLISH


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not text.strip():
        return 1.0
    try:
        found = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return found if 0.0 <= found <= 1.0 else 0.0
