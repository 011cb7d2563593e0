"""What a simulated router answers to each call of the server (TR-069 Amendment 6, annex A).

Whatever takes longer than the answer becomes a job. Sessions are the business of ``cpe``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from acs.simulator import soap, soap_jobs
from acs.simulator.errands import Errand
from acs.simulator.faults import (
    INVALID_ARGUMENTS,
    INVALID_NAME,
    METHOD_NOT_SUPPORTED,
    CallFaultError,
    ParameterFault,
)
from acs.simulator.jobs import CONFIGURATION, Job, Jobs
from acs.simulator.product import Model
from acs.simulator.soap import Call
from acs.simulator.tree import Snapshot, Tree
from acs.simulator.trials import REQUESTED, SECONDS, load_of, state_of

_KEY_MAX = 32


class Router(Protocol):
    """Whose answers they are."""

    model: Model
    tree: Tree
    jobs: Jobs

    def vitals(self, now: float) -> Snapshot:
        """What the router would say of itself now."""
        ...

    def restart_after_session(self, key: str | None, *, factory_reset: bool = False) -> None:
        """Have the router restart when the session has ended."""
        ...


def answer(router: Router, call: Call, now: float) -> str:
    """The body of the response.

    Raises:
        CallFaultError: the router answers with a fault.
    """
    handler = _ANSWERS.get(call.method)
    if handler is None:
        raise CallFaultError(METHOD_NOT_SUPPORTED)
    return handler(router, call, now)


def _methods(router: Router, _call: Call, _now: float) -> str:
    return soap.methods_response(router.model.style, _ANSWERS)


# --- parameters -----------------------------------------------------------------------------


def _names(router: Router, call: Call, _now: float) -> str:
    level = call.text("NextLevel") in ("1", "true")
    infos = router.tree.infos(call.text("ParameterPath"), next_level=level)
    return soap.names_response(router.model.style, infos)


def _values(router: Router, call: Call, now: float) -> str:
    vitals = router.vitals(now)
    found = [v for name in call.strings() for v in router.tree.values(name, vitals)]
    return soap.values_response(router.model.style, found)


def _set(router: Router, call: Call, now: float) -> str:
    values = call.settings()
    if not values:
        raise CallFaultError(INVALID_ARGUMENTS)
    if not router.model.style.typed:  # such a model does not look at types either
        kinds = {name: _kind(router.tree, name) for name, _, _ in values}
        values = [(name, kinds[name], value) for name, _, value in values]
    router.tree.set(values)
    _keep_key(router, call)
    for name, _, value in values:
        path = state_of(name)
        if path is not None and value == REQUESTED:
            router.jobs.add(_test(router, path, now))
    return soap_jobs.plain_response("SetParameterValues", Status=0)


def _test(router: Router, path: str, now: float) -> Job:
    load = load_of(router.tree, path)
    errand: Errand | None = None
    if load is not None:
        what, url, size = load
        errand = (
            router.jobs.errand("fetch", url)
            if what == "fetch"
            else router.jobs.errand("send", url, body=bytes(size))
        )
    return Job("Test", "", now + SECONDS, errand, path=path)


def _keep_key(router: Router, call: Call) -> None:
    router.tree.put(f"{router.model.root}ManagementServer.ParameterKey", call.text("ParameterKey"))


def _kind(tree: Tree, name: str) -> str:
    if not tree.has(name):
        raise CallFaultError(INVALID_ARGUMENTS, [ParameterFault(name, INVALID_NAME)])
    return tree.kind(name)


def _attributes(router: Router, call: Call, _now: float) -> str:
    found = [each for name in call.strings() for each in router.tree.attributes(name)]
    return soap_jobs.attributes_response(router.model.style, found)


def _mark(router: Router, call: Call, _now: float) -> str:
    changes = soap_jobs.changes_of(call)
    for name, _level, _access in changes:
        router.tree.attributes(name)  # all of them or none
    for change in changes:
        router.tree.mark(*change)
    return soap_jobs.plain_response("SetParameterAttributes")


def _add(router: Router, call: Call, _now: float) -> str:
    number = router.tree.add(call.text("ObjectName"))
    _keep_key(router, call)
    return soap_jobs.plain_response("AddObject", InstanceNumber=number, Status=0)


def _delete(router: Router, call: Call, _now: float) -> str:
    router.tree.remove(call.text("ObjectName"))
    _keep_key(router, call)
    return soap_jobs.plain_response("DeleteObject", Status=0)


# --- transfers ------------------------------------------------------------------------------


def _number(call: Call, name: str) -> float:
    text = call.text(name) or "0"
    if not text.isdecimal():
        raise CallFaultError(INVALID_ARGUMENTS)
    return float(text)


def _key(call: Call) -> str:
    key = call.text("CommandKey")
    if len(key) > _KEY_MAX:
        raise CallFaultError(INVALID_ARGUMENTS)
    return key


def _fetching(router: Router, call: Call, due: float) -> Job:
    url = call.text("URL")
    if not url:
        raise CallFaultError(INVALID_ARGUMENTS)
    errand = router.jobs.errand("fetch", url, call.text("Username"), call.text("Password"))
    return Job(
        "Download",
        _key(call),
        due,
        errand,
        file_type=call.text("FileType"),
        name=call.text("TargetFileName") or url.rpartition("/")[2],
        size=int(_number(call, "FileSize")),
    )


def _download(router: Router, call: Call, now: float) -> str:
    router.jobs.add(_fetching(router, call, now + _number(call, "DelaySeconds")))
    return soap_jobs.transfer_response("Download")


def _schedule(router: Router, call: Call, now: float) -> str:
    starts = [
        float(child.text or "0")
        for struct in call.structs("TimeWindowStruct")
        for child in struct
        if soap.local(child) == "WindowStart"
    ]
    if not starts:
        raise CallFaultError(INVALID_ARGUMENTS)
    job = _fetching(router, call, now + starts[0])
    job.kind = "ScheduleDownload"
    router.jobs.add(job)
    return soap_jobs.plain_response("ScheduleDownload")


def _upload(router: Router, call: Call, now: float) -> str:
    url = call.text("URL")
    if not url:
        raise CallFaultError(INVALID_ARGUMENTS)
    lines = "".join(f"{name}={text}\n" for name, text in router.tree.settings())
    body = CONFIGURATION + lines.encode()
    errand = router.jobs.errand("send", url, call.text("Username"), call.text("Password"), body)
    due = now + _number(call, "DelaySeconds")
    router.jobs.add(Job("Upload", _key(call), due, errand, file_type=call.text("FileType")))
    return soap_jobs.transfer_response("Upload")


def _cancel(router: Router, call: Call, _now: float) -> str:
    router.jobs.cancel(call.text("CommandKey"))
    return soap_jobs.plain_response("CancelTransfer")


def _queued(router: Router, call: Call, _now: float) -> str:
    return soap_jobs.queued_response(router.model.style, call.method, router.jobs.queue())


# --- the router as a whole ------------------------------------------------------------------


def _reboot(router: Router, call: Call, _now: float) -> str:
    router.restart_after_session(call.text("CommandKey"))
    return soap_jobs.plain_response("Reboot")


def _reset(router: Router, _call: Call, _now: float) -> str:
    router.restart_after_session(None, factory_reset=True)
    return soap_jobs.plain_response("FactoryReset")


def _appoint(router: Router, call: Call, now: float) -> str:
    delay = _number(call, "DelaySeconds")
    if delay <= 0:
        raise CallFaultError(INVALID_ARGUMENTS)
    router.jobs.add(Job("Appointment", _key(call), now + delay))
    return soap_jobs.plain_response("ScheduleInform")


def _change(router: Router, call: Call, now: float) -> str:
    operations = soap_jobs.operations_of(call)
    if not operations:
        raise CallFaultError(INVALID_ARGUMENTS)
    for each in operations:
        errand = (
            router.jobs.errand("fetch", each.url, each.username, each.password)
            if each.url and each.kind != "Uninstall"
            else None
        )
        router.jobs.add(Job("Install", _key(call), now, errand, operation=each))
    return soap_jobs.plain_response("ChangeDUState")


_ANSWERS: Mapping[str, Callable[[Router, Call, float], str]] = MappingProxyType(
    {
        "GetRPCMethods": _methods,
        "SetParameterValues": _set,
        "GetParameterValues": _values,
        "GetParameterNames": _names,
        "SetParameterAttributes": _mark,
        "GetParameterAttributes": _attributes,
        "AddObject": _add,
        "DeleteObject": _delete,
        "Reboot": _reboot,
        "Download": _download,
        "ScheduleDownload": _schedule,
        "Upload": _upload,
        "CancelTransfer": _cancel,
        "GetQueuedTransfers": _queued,
        "GetAllQueuedTransfers": _queued,
        "FactoryReset": _reset,
        "ScheduleInform": _appoint,
        "ChangeDUState": _change,
    }
)
METHODS = tuple(_ANSWERS)
