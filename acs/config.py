"""The configuration file: TOML into frozen typed objects, with errors that an operator can act on.

Settings types live in the rooms that use them; they are only gathered here.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import inspect

from acs.actions.settings import ActionSettings
from acs.api.settings import ApiSettings
from acs.cwmp.quirk_files import QuirkFileError, load_quirks
from acs.cwmp.reaching.settings import ReachSettings
from acs.cwmp.settings import CwmpSettings
from acs.duration import Duration
from acs.files.settings import FileSettings
from acs.log import LogSettings
from acs.polling.settings import PollSettings
from acs.storage.settings import CommandTimes, StorageSettings
from acs.webhooks.settings import WebhookSettings
from diagnostics.thresholds import Thresholds


class ConfigError(Exception):
    """The configuration cannot be used: its file, key, what was found and what is allowed."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration; each field is a table of the same name."""

    cwmp: CwmpSettings = CwmpSettings()
    reach: ReachSettings = ReachSettings()
    api: ApiSettings = ApiSettings()
    storage: StorageSettings = StorageSettings()
    files: FileSettings = FileSettings()
    actions: ActionSettings = ActionSettings()
    polling: PollSettings = PollSettings()
    webhooks: WebhookSettings = WebhookSettings()
    diagnosis: Thresholds = Thresholds()
    log: LogSettings = LogSettings()


def load_config(path: Path) -> Config:
    """Read a configuration file, and check the files of quirks that it names.

    Raises:
        ConfigError: a file cannot be read, is not TOML, or holds an unknown key or a bad value.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    try:
        config = msgspec.convert(raw, Config, dec_hook=decode_hook)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {explain(str(error), raw)}") from error
    try:
        load_quirks(config.cwmp.quirks_dir)
    except QuirkFileError as error:
        raise ConfigError(str(error)) from error
    return config


def decode_hook(wanted: type, found: object) -> object:
    """Build the types that msgspec does not know.

    Raises:
        ValueError: the text is no such value.
        NotImplementedError: the type is not one of ours.
    """
    if wanted is Duration:
        return Duration.parse(found)
    raise NotImplementedError(wanted)


_AT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<at>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`")
_OURS = re.compile(r"\w+: found ")


def explain(error: str, raw: Mapping[str, object]) -> str:
    """Turn msgspec's message into one that names key, what was found and what is allowed."""
    match = _AT.fullmatch(error)
    assert match is not None
    keys = re.findall(r"[^.\[\]]+", match["at"] or "")
    unknown = _UNKNOWN.fullmatch(match["what"])
    if unknown is not None:
        name = ".".join([*keys, unknown["name"]])
        allowed = _fields(keys)
        near = difflib.get_close_matches(unknown["name"], allowed, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        return f"{name}: unknown key{hint}; allowed here: {', '.join(allowed)}"
    if _OURS.match(match["what"]):  # a settings type's own words, which begin with the key
        return ".".join([*keys, match["what"]])
    key = ".".join(keys) or "the file"
    if match["what"].startswith("found "):
        return f"{key}: {match['what']}"
    found = _value(raw, keys)
    return f"{key}: found {found!r}, allowed is {_allowed(keys)} ({match['what']})"


def _fields(keys: list[str]) -> list[str]:
    node = _type_at(keys)
    return [f.encode_name for f in node.fields] if isinstance(node, inspect.StructType) else []


def _type_at(keys: list[str]) -> inspect.Type | None:
    node: inspect.Type | None = inspect.type_info(Config)
    for key in keys:
        if isinstance(node, inspect.StructType):
            node = next((f.type for f in node.fields if f.encode_name == key), None)
        elif isinstance(node, inspect.DictType):
            node = node.value_type
        elif isinstance(node, inspect.VarTupleType | inspect.ListType):
            node = node.item_type
    return node


def _value(raw: object, keys: list[str]) -> object:
    for key in keys:
        if isinstance(raw, Mapping):
            raw = raw.get(key)
        elif isinstance(raw, list) and key.isdigit():
            raw = raw[int(key)]
    return raw


def command_times(config: Config) -> CommandTimes:
    """Deadlines of commands, as the configuration says."""
    actions = config.actions
    return CommandTimes(
        confirm=actions.confirm,
        settle=actions.settle,
        day=actions.learning.second_look,
        week=actions.learning.third_look,
        offline_after=actions.offline_after,
        **msgspec.structs.asdict(actions.deadlines),
    )


def _allowed(keys: list[str]) -> str:
    node = _type_at(keys)
    names: dict[type, str] = {
        inspect.StrType: "a text",
        inspect.IntType: "a whole number",
        inspect.FloatType: "a number",
        inspect.BoolType: "true or false",
        inspect.StructType: "a table",
        inspect.DictType: "a table",
        inspect.VarTupleType: "a list",
        inspect.ListType: "a list",
    }
    if isinstance(node, inspect.LiteralType):
        return "one of " + ", ".join(map(repr, sorted(map(str, node.values))))
    if isinstance(node, inspect.CustomType) and node.cls is Duration:
        return 'a duration such as "30s", "10m", "14d"'
    return names.get(type(node), "another type")
