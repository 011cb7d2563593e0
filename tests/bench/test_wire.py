"""The load generator's bytes are what a router would say."""

from lxml import etree

from tests.bench import wire


def _body(request: bytes) -> bytes:
    head, body = request.split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    return body


def _texts(xml: bytes, tag: str) -> list[str]:
    return [e.text or "" for e in etree.fromstring(xml).iter() if etree.QName(e).localname == tag]


def test_inform_of_twenty_parameters_moves_with_uptime_alone() -> None:
    script = wire.Script(7, 100)
    first, second = script.inform(86_400), script.inform(90_000)
    body = _body(first)
    assert 4000 <= len(body) <= 5000
    assert len(first) == len(second)
    assert len(_texts(body, "ParameterValueStruct")) == 20
    assert first.replace(b"0000086400", b"0000090000") == second


def test_answers_echo_the_id_and_come_from_the_cache_the_second_time() -> None:
    script = wire.Script(7, 100)
    names = "Device.DeviceInfo.UpTime", "Device.Ethernet.Interface.1.Stats."
    call = (
        "<cwmp:GetParameterValues><ParameterNames>"
        + "".join(f"<string>{name}</string>" for name in names)
        + "</ParameterNames></cwmp:GetParameterValues>"
    )
    for message_id, uptime in (("1", 100), ("4711", 200)):
        answer = script.answer(wire.envelope(message_id, call).encode(), b"a=b", uptime)
        assert answer is not None
        assert b"Cookie: a=b\r\n" in answer
        body = _body(answer)
        assert _texts(body, "ID") == [message_id]
        values = dict(zip(_texts(body, "Name"), _texts(body, "Value"), strict=True))
        assert int(values["Device.DeviceInfo.UpTime"]) == uptime
        assert len(values) == 7


def test_names_of_a_tree_of_the_wanted_size() -> None:
    for leaves in (100, 1000):
        script = wire.Script(1, leaves)
        call = (
            "<cwmp:GetParameterNames><ParameterPath>Device.</ParameterPath>"
            "<NextLevel>false</NextLevel></cwmp:GetParameterNames>"
        )
        answer = script.answer(wire.envelope("1", call).encode(), b"", 1)
        assert answer is not None
        names = _texts(_body(answer), "Name")
        assert len([name for name in names if not name.endswith(".")]) == leaves


def test_an_unknown_call_has_no_answer() -> None:
    assert wire.Script(1, 100).answer(wire.envelope("1", "<cwmp:X/>").encode(), b"", 1) is None
