"""Tokens: form, hash and what each scope allows."""

import pytest

from acs.api.tokens import SCOPES, Scope, allows, hash_token, is_token, new_token


def test_a_token_is_acs_and_43_characters() -> None:
    token = new_token()
    assert token.startswith("acs_")
    assert len(token) == 47
    assert is_token(token)
    assert new_token() != token


def test_what_is_kept_is_not_the_token() -> None:
    token = new_token()
    kept = hash_token(token)
    assert len(kept) == 64
    assert token not in kept
    assert hash_token(token) == kept


@pytest.mark.parametrize(
    "text", ["", "acs_", "acs_" + "a" * 42, "acs_" + "a" * 44, "acs_" + "é" * 43, "x" * 47]
)
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not is_token(text)


ALLOWED: dict[Scope, set[Scope]] = {
    "metrics": {"metrics"},
    "read": {"read", "metrics"},
    "contacts": {"contacts"},
    "act": {"act", "contacts", "read", "metrics"},
    "admin": {"admin", "act", "contacts", "read", "metrics"},
    "secrets": {"secrets"},
    "self-service": {"self-service"},
}


@pytest.mark.parametrize("has", SCOPES)
@pytest.mark.parametrize("needed", SCOPES)
def test_a_scope_allows_what_it_includes_and_no_more(has: Scope, needed: Scope) -> None:
    assert allows((has,), needed) is (needed in ALLOWED[has])


@pytest.mark.parametrize("needed", SCOPES)
def test_no_scope_and_unknown_scopes_allow_nothing(needed: Scope) -> None:
    assert not allows((), needed)
    assert not allows(("root", "Admin", ""), needed)
