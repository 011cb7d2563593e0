"""What devices wrote, as it was recorded: sections as the script's marks part them."""

from pathlib import Path

from agents.ssh.device import _split

_FOLDER = Path(__file__).parent / "recorded"


def recorded(name: str) -> dict[str, str]:
    return _split((_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))
