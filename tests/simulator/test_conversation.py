"""A simulated router and the server's session, joined by bytes: each tests the other."""

from random import Random
from typing import TypeVar

import pytest

from acs.commands import Command
from acs.cwmp.codec import decode, encode
from acs.cwmp.messages import Empty, Envelope
from acs.cwmp.plan import Plan, decode_plan
from acs.cwmp.session import begin, is_over, recall, take_turn, wants_command
from acs.cwmp.state import NoContent, SessionPolicy, SessionState
from acs.facts import (
    CommandConfirmed,
    ConnectionSecret,
    ConnectionSecretSet,
    Discovered,
    Fact,
    Informed,
    PlanChanged,
    RouterRecord,
    Sampled,
)
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.fleet import Member
from acs.simulator.history import TESTED, readable
from acs.simulator.illness import Body
from acs.simulator.models import MODELS
from acs.simulator.product import Model

NOW = 1_790_000_000.0
F = TypeVar("F")


class Server:
    """The server's side without storage: remembers of one router what a store would."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self._plan: Plan | None = None
        self._planned_for: str | None = None
        self._secret_set = False

    def of(self, kind: type[F]) -> list[F]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def session(self, cpe: Cpe, now: float, command: Command | None = None) -> None:
        """One whole session over bytes."""
        assert cpe.tick(now)
        state = begin(SessionPolicy(collect_interval=0.0), "127.0.0.1")
        body: bytes | None = cpe.begin(now)
        for _ in range(100):
            assert body is not None
            heard = decode(body) if body else Envelope(Empty())
            given = command if command is not None and wants_command(state, heard) else None
            command = None if given else command
            turn = take_turn(state, heard, given, now)
            state = self._commit(turn.state, turn.facts)
            if isinstance(turn.reply, NoContent):
                body = cpe.reply(204, b"", now)
            else:
                said = turn.reply
                said_bytes = encode(said.message, namespace=said.namespace, id=said.id)
                body = cpe.reply(200, said_bytes, now)
            if body is None:
                assert is_over(state)
                return
        pytest.fail("the session does not end")

    def _commit(self, state: SessionState, facts: tuple[Fact, ...]) -> SessionState:
        self.facts += facts
        for fact in facts:
            if isinstance(fact, Discovered | PlanChanged):
                self._plan = decode_plan(fact.plan)
            if isinstance(fact, Discovered):
                self._planned_for = fact.software_version
            if isinstance(fact, ConnectionSecretSet):
                self._secret_set = fact.accepted
            if isinstance(fact, Informed):
                record = RouterRecord(
                    router_id=fact.router_id,
                    plan_key="known" if self._plan else None,
                    planned_for=self._planned_for,
                    collected_at=None,
                    connection_secret=ConnectionSecret("cr-user", "cr-pass"),
                    connection_secret_set=self._secret_set,
                    commands_waiting=True,
                )
                state = recall(state, record, self._plan)
        return state


def make(model: Model) -> tuple[Cpe, Member]:
    body = Body(5, "hung_dns", onset=NOW - 7200, boots=[NOW - 9 * 86_400.0], voice=model.voice)
    settings = CpeSettings(inform_interval=60, reboot_takes=8)
    random = Random(1)  # noqa: S311 - nothing secret hangs on it
    cpe = Cpe(model, "A0005", body, settings, random=random, now=NOW)
    return cpe, Member(model, "A0005", body, "s", "1")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.product_class)
def test_the_server_finds_reads_and_calls_every_model(model: Model) -> None:
    cpe, member = make(model)
    server = Server()
    server.session(cpe, NOW)
    assert [fact.router_id for fact in server.of(Informed)] == [cpe.router_id]
    assert [event.code for event in server.of(Informed)[0].events] == ["0 BOOTSTRAP", "1 BOOT"]
    assert server.of(Discovered)[0].model_name == model.name
    assert server.of(ConnectionSecretSet)[-1].accepted
    secret = f"{model.root}ManagementServer.ConnectionRequestPassword"
    assert cpe.tree.written(secret) == "cr-pass"
    read = server.of(Sampled)[-1].vitals
    past = readable(member, member.body.vitals(NOW))
    assert set(past) - TESTED <= set(read)
    # nobody ran the test whose result stands in the tree
    assert "sys.dns_proxy_fail" not in read
    assert read["sys.cpu_util"] == past["sys.cpu_util"]
    assert cpe.journal.failures == 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.product_class)
def test_a_reboot_goes_out_once_comes_back_and_cures(model: Model) -> None:
    cpe, _member = make(model)
    server = Server()
    server.session(cpe, NOW)
    command = Command(
        command_id="0123456789abcdef01234567ab",
        router_id=cpe.router_id,
        kind="reboot",
        state="sent",
        asked_by="policy",
        reason="",
        at=NOW,
        expires_at=NOW + 600,
    )
    cpe.connection_requested()
    server.session(cpe, NOW + 1, command)
    assert int(server.of(Sampled)[-1].vitals["sys.cpu_util"]) > 50
    assert [done.command_key for done in cpe.journal.executed] == [command.command_id]
    server.session(cpe, NOW + 10)
    assert [fact.command_id for fact in server.of(CommandConfirmed)] == [command.command_id]
    assert int(server.of(Sampled)[-1].vitals["sys.cpu_util"]) < 20
    server.session(cpe, NOW + 100)
    assert len(server.of(CommandConfirmed)) == 1
    assert len(cpe.journal.executed) == 1
