"""What storage would remember of a router that is played, in plain values. No session rules."""

from collections.abc import Iterator, Sequence

import msgspec

from acs.commands import Command, CommandKind
from acs.cwmp.codec import MalformedMessage, decode
from acs.cwmp.messages import (
    Empty,
    Envelope,
    GetParameterNames,
    GetParameterValues,
    GetParameterValuesResponse,
    Message,
    Reboot,
    SetParameterValues,
)
from acs.cwmp.plan import Plan, compile_plan, decode_plan, encode_plan, plan_key
from acs.facts import (
    ConnectionSecret,
    ConnectionSecretSet,
    Discovered,
    Fact,
    Informed,
    PlanChanged,
    RouterRecord,
    Sampled,
)

_SECRET = ConnectionSecret("replayed", "replayed")
TR098 = "InternetGatewayDevice."


class Memory(msgspec.Struct, frozen=True):
    """A router as storage knows it.

    Attributes:
        plan: for collecting, None before discovery.
        planned_for: software version of the plan; None: whichever the router has.
        collected_at: of the last sample, Unix seconds.
        secret_set: its connection-request credentials are set.
    """

    plan: Plan | None = None
    planned_for: str | None = None
    collected_at: float | None = None
    secret_set: bool = False

    def record(self, informed: Informed, *, commands_waiting: bool) -> RouterRecord:
        """What committing the ``Informed`` would give back."""
        plan = self.plan
        version = informed.software_version if self.planned_for is None else self.planned_for
        return RouterRecord(
            router_id=informed.router_id,
            plan_key=None if plan is None else plan_key(encode_plan(plan)),
            planned_for=None if plan is None else version,
            collected_at=self.collected_at,
            connection_secret=_SECRET,
            connection_secret_set=self.secret_set,
            commands_waiting=commands_waiting,
        )

    def after(self, fact: Fact) -> "Memory":
        """What is remembered once a fact is stored."""
        if isinstance(fact, Discovered):
            return msgspec.structs.replace(
                self, plan=decode_plan(fact.plan), planned_for=fact.software_version
            )
        if isinstance(fact, PlanChanged):
            return msgspec.structs.replace(self, plan=decode_plan(fact.plan))
        if isinstance(fact, Sampled):
            return msgspec.structs.replace(self, collected_at=fact.at)
        if isinstance(fact, ConnectionSecretSet):
            return msgspec.structs.replace(self, secret_set=True)
        return self

    def before_session(
        self, root: str, bodies: Sequence[str], answers: Sequence[Envelope], at: float
    ) -> "Memory":
        """What must have been known, given what the server asked in the session ahead.

        ``root`` is of its data model, ``bodies`` are the router's, ``answers`` the server's;
        without any answer the memory stays as it is.
        """
        asked = [answer.message for answer in answers]
        if not asked:
            return self
        secret_set = not any(_sets_secret(message) for message in asked)
        if any(isinstance(message, GetParameterNames) for message in asked):
            return msgspec.structs.replace(self, plan=None, secret_set=secret_set)
        collects = any(isinstance(message, GetParameterValues) for message in asked)
        plan = self.plan or plan_for(values_in(bodies), root)
        return msgspec.structs.replace(
            self, plan=plan, collected_at=None if collects else at, secret_set=secret_set
        )


def plan_for(names: Sequence[str], root: str = "") -> Plan:
    """A collection plan for a router that has parameters of these names."""
    return compile_plan(root or root_of(names), tuple(names), {})


def root_of(names: Sequence[str]) -> str:
    """Root of the data model that most names stand under."""
    igd = sum(name.startswith(TR098) for name in names)
    return TR098 if igd * 2 > len(names) else "Device."


def values_in(bodies: Sequence[str]) -> list[str]:
    """Names of the parameters whose values the router sent in answers."""
    names: list[str] = []
    for body in bodies:
        try:
            message = decode(body.encode()).message if body.strip() else Empty()
        except MalformedMessage:
            continue
        if isinstance(message, GetParameterValuesResponse):
            names += [each.name for each in message.parameters]
    return names


def request_names(message: Message) -> tuple[str, ...]:
    """The parameters that a server's call is about; empty for calls about none."""
    if isinstance(message, GetParameterValues):
        return message.names
    if isinstance(message, SetParameterValues):
        return tuple(each.name for each in message.parameters)
    return ()


def recorded_commands(answers: Sequence[Message], at: float) -> Iterator[Command]:
    """Commands that may have made the session answer so; the first answer is the one in question.

    A command that sets values first reads the same names.
    """
    message = answers[0]
    if isinstance(message, Reboot):
        yield command("reboot", {}, at, message.command_key)
    if isinstance(message, GetParameterValues):
        sets = (each for each in answers if isinstance(each, SetParameterValues))
        for each in sets:
            if request_names(each) == message.names:
                values = {parameter.name: parameter.value for parameter in each.parameters}
                yield command("set", {"values": values}, at)
        yield command("get", {"paths": list(message.names)}, at)


def command(
    kind: CommandKind, arguments: dict[str, object], at: float, command_id: str = "replayed"
) -> Command:
    """A command that no guard has seen and no storage holds."""
    return Command(
        command_id=command_id or "replayed",
        router_id="",
        kind=kind,
        state="sent",
        asked_by="replay",
        reason="played again",
        at=at,
        expires_at=at + 3600,
        arguments=arguments,
        sent_at=at,
    )


def _sets_secret(message: Message) -> bool:
    return any("ManagementServer.ConnectionRequest" in name for name in request_names(message))
