import asyncio
import random

import pytest

from agents.snmp.ber import Oid, parse_oid
from agents.snmp.community import Community, read_message, write_message
from agents.snmp.errors import (
    AgentRefusedError,
    MalformedAnswerError,
    NoAnswerError,
    OutOfOrderError,
    TooManyWaitingError,
)
from agents.snmp.pdus import GET_BULK, GET_NEXT, RESPONSE, SET, Pdu, Varbind, write_pdu
from agents.snmp.session import session_of
from tests.agents.running import run
from tests.agents.snmp.fake_agent import (
    PUBLIC,
    PUBLIC_V1,
    QUICK,
    Counted,
    Misbehaviour,
    agent,
    asked,
    endpoint,
    number,
    string,
    ticks,
    wide,
)

SYSTEM = {
    "1.3.6.1.2.1.1.1.0": string("a router"),
    "1.3.6.1.2.1.1.3.0": ticks(77),
    "1.3.6.1.2.1.31.1.1.1.6.1": wide(2**40),
}
COLUMN = parse_oid("1.3.6.1.2.1.2.2.1.2")
NAMES = {f"1.3.6.1.2.1.2.2.1.2.{index}": string(f"port{index}") for index in range(1, 51)}
DESCR, UPTIME, MISSING = map(
    parse_oid, ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.99.0")
)


@pytest.mark.parametrize("community", [PUBLIC, PUBLIC_V1])
def test_variables_that_are_missing_are_left_out(community: Community) -> None:
    async def main() -> None:
        async with asked(SYSTEM, community) as (session, _):
            found = await session.get([MISSING, DESCR, (*MISSING, 1), UPTIME])
            assert {oid: one.value for oid, one in found.items()} == {
                DESCR: b"a router",
                UPTIME: 7700,
            }

    run(main())


@pytest.mark.parametrize("community", [PUBLIC, PUBLIC_V1])
def test_a_walk_ends_where_the_column_ends(community: Community) -> None:
    async def main() -> None:
        other = {"1.3.6.1.2.1.2.2.1.3.1": number(6)}
        async with asked({**SYSTEM, **NAMES, **other}, community) as (session, device):
            rows = await session.walk(COLUMN)
            assert list(rows) == [(index,) for index in range(1, 51)]
            kinds = [pdu.kind for pdu in device.requests]
            expected = [GET_NEXT] * 51 if community == PUBLIC_V1 else [GET_BULK] * 3
            assert kinds == expected

    run(main())


@pytest.mark.parametrize("community", [PUBLIC, PUBLIC_V1])
def test_a_walk_ends_where_everything_ends(community: Community) -> None:
    async def main() -> None:
        async with asked(NAMES, community) as (session, _):
            assert len(await session.walk(COLUMN)) == 50
            assert await session.walk(parse_oid("1.3.6.1.4")) == {}

    run(main())


def test_a_get_that_is_too_big_is_asked_in_parts() -> None:
    async def main() -> None:
        async with asked(NAMES) as (session, device):
            device.largest = 3
            found = await session.get([parse_oid(oid) for oid in NAMES])
            assert len(found) == 50

    run(main())


def test_a_single_variable_that_is_too_big_is_refused() -> None:
    async def main() -> None:
        async with asked(NAMES) as (session, device):
            device.largest = 0
            with pytest.raises(AgentRefusedError, match="tooBig"):
                await session.get([(*COLUMN, 1)])

    run(main())


def test_a_walk_that_is_too_big_asks_for_fewer_rows() -> None:
    def too_big(pdu: Pdu) -> Pdu:
        if pdu.kind == GET_BULK and pdu.index > 5:
            return Pdu(RESPONSE, pdu.request_id, 1, 0, ())
        last = pdu.varbinds[0].oid
        first = 1 if last == COLUMN else last[-1] + 1
        rows = [Varbind((*COLUMN, n), 2, n) for n in range(first, min(first + pdu.index, 13))]
        rows.append(Varbind((*COLUMN[:-1], 3, 1), 2, 6))
        return Pdu(RESPONSE, pdu.request_id, 0, 0, tuple(rows[: pdu.index]))

    async def main() -> None:
        async with asked({}) as (session, device):
            device.answers_for = too_big
            assert len(await session.walk(COLUMN)) == 12
            assert [pdu.index for pdu in device.requests] == [20, 10, 5, 5, 5]

    run(main())


def _answering(*oids: Oid) -> Misbehaviour:
    """The same rows to every question."""

    def answer(request: bytes, right: bytes) -> list[bytes]:
        _, pdu = read_message(request)
        assert isinstance(pdu, Pdu)
        rows = tuple(Varbind(oid, 2, 1) for oid in oids)
        return [write_message(PUBLIC, write_pdu(Pdu(RESPONSE, pdu.request_id, 0, 0, rows)))]

    return answer


@pytest.mark.parametrize(
    "oids",
    [
        [(*COLUMN, 1)],
        [(*COLUMN, 1), (*COLUMN, 1)],
        [(*COLUMN, 5), (*COLUMN, 4)],
        [(*COLUMN, 5), (*COLUMN[:-1], 1, 9)],
        [COLUMN],
    ],
)
def test_a_walk_that_goes_back_or_round_is_given_up(oids: list[Oid]) -> None:
    async def main() -> None:
        async with asked({}) as (session, device):
            device.misbehave = _answering(*oids)
            with pytest.raises(OutOfOrderError):
                await session.walk(COLUMN)
            assert len(device.requests) <= 2

    run(main())


def test_a_walk_without_an_end_is_given_up() -> None:
    def endless(pdu: Pdu) -> Pdu:
        last = pdu.varbinds[0].oid
        row = 1 if last == COLUMN else last[-1] + 1
        rows = tuple(Varbind((*COLUMN, row + n), 2, 1) for n in range(pdu.index))
        return Pdu(RESPONSE, pdu.request_id, 0, 0, rows)

    async def main() -> None:
        async with asked({}) as (session, device):
            device.answers_for = endless
            with pytest.raises(OutOfOrderError, match="more than 100 rows"):
                await session.walk(COLUMN, most=100)
            assert len(device.requests) == 6

    run(main())


def test_answers_about_other_variables_are_refused() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            device.misbehave = _answering(UPTIME)
            with pytest.raises(OutOfOrderError):
                await session.get([DESCR])
            device.misbehave = _answering(UPTIME, DESCR)
            with pytest.raises(OutOfOrderError):
                await session.get([DESCR, UPTIME])

    run(main())


def test_other_errors_name_what_the_device_said() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            device.answers_for = lambda pdu: Pdu(RESPONSE, pdu.request_id, 5, 1, pdu.varbinds)
            with pytest.raises(AgentRefusedError, match="genErr to variable 1"):
                await session.get([DESCR])
            with pytest.raises(AgentRefusedError, match="genErr"):
                await session.walk(COLUMN)

    run(main())


def test_a_set_carries_its_values() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            await session.set([Varbind(parse_oid("1.3.6.1.2.1.69.1.1.3.0"), 2, 1)])
            assert device.requests[-1].kind == SET
            assert [one.value for one in device.sets] == [1]

    run(main())


def _twice(request: bytes, right: bytes) -> list[bytes]:
    return [right, right]


def test_datagrams_that_answer_nothing_are_counted_and_dropped() -> None:
    async def main() -> None:
        counted = Counted()
        async with asked(SYSTEM, counted=counted) as (session, device):
            device.misbehave = lambda _, right: [b"\x30\xff\xff\xff", b"\0", right[:-3], right]
            assert len(await session.get([DESCR])) == 1
            assert counted.kinds == {"malformed": 3}
            device.misbehave = lambda _, right: [
                right.replace(b"public", b"guests"),
                bytes(right[:17] + bytes([right[17] ^ 1]) + right[18:]),
                right,
            ]
            assert len(await session.get([DESCR])) == 1
            assert counted.kinds == {"malformed": 3, "unasked": 2}

    run(main())


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    async def main() -> None:
        counted = Counted()
        async with asked(SYSTEM, counted=counted) as (session, device):
            device.misbehave = _twice
            for _ in range(5):
                assert len(await session.get([DESCR])) == 1
        assert counted.kinds.get("unasked", 0) + counted.kinds.get("stranger", 0) >= 4

    run(main())


def test_answers_from_elsewhere_are_not_taken() -> None:
    async def main() -> None:
        counted = Counted()
        async with agent(SYSTEM) as device, agent({}) as other, endpoint(counted) as socket:
            session = session_of(socket, device.address, PUBLIC, patience=QUICK, steady=lambda: 0.0)

            def through_other(request: bytes, right: bytes) -> list[bytes]:
                other._transport.sendto(right, socket._transport.get_extra_info("sockname"))  # type: ignore[union-attr]
                return []

            device.misbehave = through_other
            with pytest.raises(NoAnswerError):
                await session.get([DESCR])
            assert counted.kinds == {"stranger": 2, "resent": 1}

    run(main())


def test_a_lost_answer_is_asked_for_again() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            device.misbehave = lambda _, right: [right] if len(device.requests) > 1 else []
            assert len(await session.get([DESCR])) == 1
            ids = {pdu.request_id for pdu in device.requests}
            assert (len(device.requests), len(ids)) == (2, 1)

    run(main())


def test_silence_and_garbage_are_told_apart() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            device.misbehave = lambda _, _right: []
            with pytest.raises(NoAnswerError, match=r"no answer from 127\.0\.0\.1 in 0\.6 s"):
                await session.get([DESCR])
            device.misbehave = lambda _, _right: [b"SSH-2.0-what"]
            with pytest.raises(MalformedAnswerError, match="2 datagrams"):
                await session.get([DESCR])

    run(main())


def test_no_more_than_so_many_wait_at_a_time() -> None:
    async def main() -> None:
        async with asked(SYSTEM) as (session, device):
            device.misbehave = lambda _, _right: []
            socket = session._asking._endpoint  # type: ignore[attr-defined]
            socket._most = 2
            waiting = [asyncio.ensure_future(session.get([DESCR])) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(TooManyWaitingError):
                await session.get([DESCR])
            failed = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(one) for one in failed] == [NoAnswerError, NoAnswerError]
            assert socket._waiting == {}

    run(main())


def test_ten_thousand_broken_answers_leave_nothing_behind() -> None:
    chance = random.Random(1)  # noqa: S311 - the same packets each time

    def broken(_: bytes, right: bytes) -> list[bytes]:
        many = []
        for _number in range(100):
            one = bytearray(right)
            for _change in range(3):
                one[chance.randrange(len(one))] = chance.randrange(256)
            many.append(bytes(one[: chance.randrange(len(one) + 1)]))
        return [*many, right]

    async def main() -> None:
        counted = Counted()
        async with asked(SYSTEM, counted=counted) as (session, device):
            device.misbehave = broken
            answered = 0
            for _ in range(100):
                try:
                    answered += len(await session.get([DESCR, UPTIME]))
                except (OutOfOrderError, AgentRefusedError):
                    answered += 2  # a byte of a name or of the error-status was changed
            assert answered >= 190
            assert session._asking._endpoint._waiting == {}  # type: ignore[attr-defined]
        assert counted.kinds["malformed"] > 5_000

    run(main())
