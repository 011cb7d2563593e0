"""Plays what a router said through the pure core: codec and session, with a memory for storage.

Nothing is printed, sent or stored here, and no rule of the conversation is repeated: every reply
is the session's own.
"""

from collections.abc import Iterator, Sequence

import msgspec

from acs.cli.player_memory import Memory, recorded_commands, request_names, root_of
from acs.commands import Command
from acs.cwmp.codec import MalformedMessage, decode, encode
from acs.cwmp.messages import Empty, Envelope, Inform
from acs.cwmp.session import SessionPolicy, Turn, begin, recall, take_turn, wants_command
from acs.cwmp.transcript import Entry
from acs.facts import Fact, Informed

ADDRESS = "192.0.2.1"  # of documentation (RFC 5737): where a recorded router spoke from is unknown


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One turn as it was played.

    Attributes:
        at: Unix seconds.
        said: what the router said; None if it could not be read.
        malformed: why not, else empty.
        made_up: the turn was not recorded; it leads up to the one that was.
        facts: what would have been stored before the reply.
        reply: the server's answer; None: an empty one.
        xml: of the reply.
        recorded: name of what the server answered when it was recorded, empty if unknown.
        note: anything else a reader should know.
    """

    at: float
    said: Envelope | None = None
    malformed: str = ""
    made_up: bool = False
    facts: tuple[Fact, ...] = ()
    reply: Envelope | None = None
    xml: str = ""
    recorded: str = ""
    note: str = ""


class Player:
    """One conversation under way.

    Args:
        memory: what storage would remember of the router.
        commands: given to the session, one each time it takes one.
    """

    def __init__(self, memory: Memory, commands: Sequence[Command] = ()) -> None:
        self.memory = memory
        self._commands = list(commands)
        self._state = begin(SessionPolicy(), ADDRESS)

    def hear(
        self,
        said: Envelope,
        at: float,
        recorded: Sequence[Envelope] = (),
        *,
        made_up: bool = False,
    ) -> Step:
        """Play one message of the router.

        ``recorded`` is what the server answered back then, to this and to all that follows in the
        session.
        """
        turn = self._turn(said, at, recorded)
        self._state = turn.state
        for fact in turn.facts:
            self.memory = self.memory.after(fact)
            if isinstance(fact, Informed):
                record = self.memory.record(fact, commands_waiting=bool(self._commands or recorded))
                self._state = recall(self._state, record, self.memory.plan)
        reply = turn.reply if isinstance(turn.reply, Envelope) else None
        return Step(
            at=at,
            said=said,
            made_up=made_up,
            facts=turn.facts,
            reply=reply,
            xml="" if reply is None else write(reply),
            recorded=name_of(recorded[0]) if recorded else "",
            note=_compare(reply, recorded[0]) if recorded else "",
        )

    def _turn(self, said: Envelope, at: float, recorded: Sequence[Envelope]) -> Turn:
        takes = wants_command(self._state, said)
        given = self._given(self._commands.pop(0)) if takes and self._commands else None
        turn = take_turn(self._state, said, given, at)
        if given is not None or not recorded or not takes or _agree(turn, recorded[0]):
            return turn
        # What was answered back then may have been a command's call: try the same command.
        for command in recorded_commands([each.message for each in recorded], at):
            other = take_turn(self._state, said, self._given(command), at)
            if _agree(other, recorded[0]):
                return other
        return turn

    def _given(self, command: Command) -> Command:
        return msgspec.structs.replace(command, router_id=self._state.router_id)


def play_transcript(entries: Sequence[Entry]) -> Iterator[Step]:
    """Play the router's side of a recorded conversation, turn by turn."""
    turns = [
        (entry, _reply_to(entries, index))
        for index, entry in enumerate(entries)
        if entry.sender == "router"
    ]
    player = Player(Memory())
    for index, (entry, _) in enumerate(turns):
        try:
            said = read(entry.body)
        except MalformedMessage as error:
            yield Step(at=entry.at, malformed=f"{error.code}: {error}")
            continue
        ahead = _session_ahead(turns[index:])
        answers = [answer for _, answer in ahead if answer is not None]
        if isinstance(said.message, Inform):
            root = root_of([each.name for each in said.message.parameters])
            bodies = [body for body, _ in ahead]
            player.memory = player.memory.before_session(root, bodies, answers, entry.at)
        yield player.hear(said, entry.at, answers if ahead[0][1] is not None else ())


def read(body: str | bytes) -> Envelope:
    """A message from its XML; nothing but blanks is an empty POST.

    Raises:
        MalformedMessage: it is not a message.
    """
    data = body.encode() if isinstance(body, str) else body
    return decode(data) if data.strip() else Envelope(Empty())


def write(envelope: Envelope) -> str:
    """A message as XML."""
    return encode(envelope.message, namespace=envelope.namespace, id=envelope.id).decode()


def name_of(envelope: Envelope) -> str:
    """The message's name in the standard."""
    return type(envelope.message).__name__


def _reply_to(entries: Sequence[Entry], index: int) -> Envelope | None:
    following = entries[index + 1] if index + 1 < len(entries) else None
    if following is None or following.sender != "acs":
        return None
    try:
        return read(following.body)
    except MalformedMessage:
        return None


def _session_ahead(
    turns: Sequence[tuple[Entry, Envelope | None]],
) -> list[tuple[str, Envelope | None]]:
    """Body and recorded answer of the turns up to the next Inform."""
    ahead: list[tuple[str, Envelope | None]] = []
    for entry, answer in turns:
        if ahead and answer is not None and name_of(answer) == "InformResponse":
            break
        ahead.append((entry.body, answer))
    return ahead


def _agree(turn: Turn, recorded: Envelope) -> bool:
    reply = turn.reply if isinstance(turn.reply, Envelope) else Envelope(Empty())
    return name_of(reply) == name_of(recorded) and request_names(reply.message) == request_names(
        recorded.message
    )


def _compare(reply: Envelope | None, recorded: Envelope) -> str:
    now, then = name_of(reply or Envelope(Empty())), name_of(recorded)
    return "" if now == then else f"the recorded answer was {then}"
