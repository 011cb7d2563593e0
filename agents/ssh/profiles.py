"""Profiles of command lines: which commands are run, and who understands what they write.

Read from TOML, checked whole. Nothing is run here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from agents.ssh.cisco import parse_cisco
from agents.ssh.linux import parse_linux
from agents.ssh.parsed import Parsed, Sections
from agents.ssh.routeros import parse_routeros

Parser = Callable[[Sections, str], Parsed]

PARSERS: Mapping[str, Parser] = {
    "linux": parse_linux,
    "routeros": parse_routeros,
    "cisco": parse_cisco,
}


class SshProfileError(ValueError):
    """A profile cannot be used: which, what was found and what is allowed."""


class SshProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How devices of one family are read by their command line.

    Attributes:
        name: of the file, too.
        summary: what it is for, for people.
        parser: who understands the output.
        way: ``script``: all commands as one line of a POSIX shell; ``exec``: each in a channel
            of its own; ``shell``: typed into an interactive shell.
        commands: by the names of their sections; ``{interface}`` is the interface that counts,
            and a command with it is left out until one is known.
        prompt: of the interactive shell, a pattern of the whole line.
        setup: typed into the shell first.
        quit: typed into the shell last.
        reboot: commands that make it reboot; after the last no answer is waited for.
        answers: to what a shell asks back then, by patterns.
    """

    name: str
    summary: str
    parser: Literal["linux", "routeros", "cisco"]
    way: Literal["script", "exec", "shell"]
    commands: dict[str, str]
    prompt: str = ""
    setup: tuple[str, ...] = ()
    quit: str = ""
    reboot: tuple[str, ...] = ()
    answers: dict[str, str] = {}

    def parse(self, sections: Sections, interface: str) -> Parsed:
        """What the sections say."""
        return PARSERS[self.parser](sections, interface)


def read_ssh_profile(text: str, where: str) -> SshProfile:
    """A profile of TOML text; ``where`` names it in errors.

    Raises:
        SshProfileError: it is not TOML, or something in it is not allowed.
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), SshProfile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SshProfileError(f"{where}: {error}") from error
    if (profile.way == "shell") != bool(profile.prompt):
        raise SshProfileError(f"{where}: a prompt is needed for a shell, and only there")
    for name in profile.commands:
        if not re.fullmatch(r"[a-z][a-z_0-9]*", name):
            raise SshProfileError(f"{where}: commands: {name!r}, allowed are a-z, 0-9 and _")
    for pattern in (profile.prompt, *profile.answers):
        try:
            re.compile(pattern)
        except re.error as error:
            raise SshProfileError(f"{where}: {pattern!r} is no pattern: {error}") from error
    return profile


@cache
def _packaged() -> Mapping[str, SshProfile]:
    found = {}
    for entry in (files(__package__) / "profiles").iterdir():
        if entry.name.endswith(".toml"):
            profile = read_ssh_profile(entry.read_text(encoding="utf-8"), entry.name)
            found[profile.name] = profile
    return found


def load_ssh_profiles(folder: Path | None = None) -> Mapping[str, SshProfile]:
    """The package's own profiles, and those of a folder, which replace ours of the same name.

    Raises:
        SshProfileError: a file cannot be read, or what it says not be used.
    """
    found = dict(_packaged())
    try:
        paths = sorted(folder.glob("*.toml")) if folder is not None else []
        for path in paths:
            profile = read_ssh_profile(path.read_text(encoding="utf-8"), str(path))
            found[profile.name] = profile
    except (OSError, UnicodeDecodeError) as error:
        raise SshProfileError(f"{folder}: {error}") from error
    return found


def ssh_profile(found: Mapping[str, SshProfile], name: str) -> SshProfile:
    """The profile of this name.

    Raises:
        SshProfileError: there is none.
    """
    if name not in found:
        known = ", ".join(sorted(found))
        raise SshProfileError(f"profile {name!r} is not known; known are {known}")
    return found[name]
