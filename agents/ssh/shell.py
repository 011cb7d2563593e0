"""Commands through an interactive shell, for devices that run no single ones: prompts, pages.

It knows how to find the end of an answer, not what stands in it.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import asyncssh

from agents.ssh.connection import MOST_OUTPUT
from agents.ssh.errors import HangingError, RefusedError, UnreachableError

_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x08+ *\x08*|[\x00\x07]")
_PAGER = rb"(?:<?-+ *more *-+>?|press any key to continue)"
_MORE = re.compile(_PAGER + rb" *\Z", re.IGNORECASE)
_MORES = re.compile(rb"[ \t]*" + _PAGER + rb"[ \r]*", re.IGNORECASE)
_PASSWORD = re.compile(rb"(?i)password: *$")
_CLOSING = 3.0  # seconds in which a device that was told to go away does so
_LAST = 200  # bytes at the end of the output in which a prompt is looked for


class Shell:
    """A shell in use.

    Args:
        process: asyncssh's process, or anything with its ``stdin`` and ``stdout``.
        prompt: pattern of the prompt's last line.
        seconds: for each answer.
    """

    def __init__(self, process: Any, prompt: str, seconds: float) -> None:
        self._process = process
        self._prompt = re.compile(prompt.encode())
        self._seconds = seconds

    async def begin(self, setup: tuple[str, ...], enable_password: str = "") -> None:
        """Wait for the first prompt, become privileged if wished, and run what prepares.

        Raises:
            HangingError: there is no prompt.
            RefusedError: the password of ``enable`` is not accepted.
            UnreachableError: the shell was closed.
        """
        await self._until_prompt()
        if enable_password:
            self._write("enable")
            text = await self._until_prompt(or_password=True)
            if _PASSWORD.search(text[-_LAST:]):
                self._write(enable_password)
                if _PASSWORD.search((await self._until_prompt(or_password=True))[-_LAST:]):
                    raise RefusedError("the device does not accept the password of enable")
        for line in setup:
            await self.run(line)

    async def run(self, command: str) -> str:
        """What a command writes, without its echo and the prompt after it.

        Raises:
            HangingError: no prompt follows.
            UnreachableError: the shell was closed.
        """
        self._write(command)
        text = (await self._until_prompt()).decode("utf-8", "replace").replace("\r", "")
        lines = text.split("\n")
        if lines and command.strip() in lines[0]:
            del lines[0]
        return "\n".join(lines[:-1])

    def send(self, command: str) -> None:
        """Write a line after which no prompt is waited for."""
        self._write(command)

    async def converse(self, command: str, answers: Mapping[str, str]) -> None:
        """Write a line, and answer what the device asks back; it may close at any time.

        Args:
            command: what it is told.
            answers: by patterns of questions, each asked at most once.
        """
        self._write(command)
        left = {re.compile(pattern.encode()): answer for pattern, answer in answers.items()}
        found = b""
        try:
            async with asyncio.timeout(self._seconds if answers else _CLOSING):
                while part := await self._process.stdout.read(65_536):
                    found = found[-_LAST:] + part
                    asked = next((one for one in left if one.search(found)), None)
                    if asked is not None:
                        self._write(left.pop(asked))
                        found = b""
        except (TimeoutError, asyncssh.Error, OSError):
            return

    def _write(self, line: str) -> None:
        self._process.stdin.write(line.encode() + b"\n")

    async def _until_prompt(self, *, or_password: bool = False) -> bytes:
        found = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    part = await self._process.stdout.read(65_536)
                    if not part:
                        raise UnreachableError("the device closed the shell")
                    found += part
                    if len(found) > MOST_OUTPUT:
                        raise HangingError(f"more than {MOST_OUTPUT} bytes without a prompt")
                    tail = _CONTROL.sub(b"", bytes(found[-_LAST:]))
                    if _MORE.search(tail):
                        self._process.stdin.write(b" ")
                        continue
                    last = tail.replace(b"\r", b"\n").rpartition(b"\n")[2]
                    if self._is_end(last, or_password=or_password):
                        return _MORES.sub(b"", _CONTROL.sub(b"", bytes(found)))
        except TimeoutError:
            raise HangingError(f"no prompt in {self._seconds:g} s") from None
        except (asyncssh.Error, OSError) as error:
            raise UnreachableError("the connection was lost") from error

    def _is_end(self, last: bytes, *, or_password: bool) -> bool:
        if self._prompt.fullmatch(last.strip()):
            return True
        return or_password and bool(_PASSWORD.search(last))
