from acs.cwmp.messages import (
    AddObject,
    AddObjectResponse,
    DeleteObject,
    DeleteObjectResponse,
    Fault,
    GetParameterValues,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from tests.cwmp.commanded import ROW, ToyRouter, command, done, failed, hold, said, toy_router

NEW = f"{ROW}1."


def router_with_table() -> ToyRouter:
    router = toy_router()
    router.row = {"Enable": ("boolean", "0"), "ExternalPort": ("unsignedInt", "0")}
    return router


def test_an_instance_is_added() -> None:
    turns = hold(router_with_table(), command("add", object=ROW))
    assert said(turns) == [AddObject(ROW, "command-1")]
    assert done(turns) == {"object": NEW, "instance": 1, "status": 0}


def test_a_new_instance_is_filled_and_read_back() -> None:
    router = router_with_table()
    wanted = {"Enable": False, "ExternalPort": 8080}
    turns = hold(router, command("add", object=ROW, values=wanted))
    assert said(turns) == [
        AddObject(ROW, "command-1"),
        GetParameterValues((NEW,)),
        # what has its value already is not set; the rest in the router's type
        SetParameterValues(
            (ParameterValue(f"{NEW}ExternalPort", "8080", "unsignedInt"),), "command-1"
        ),
        GetParameterValues((NEW,)),
    ]
    result = done(turns)
    assert result["values"] == {f"{NEW}Enable": "0", f"{NEW}ExternalPort": "8080"}
    assert (result["object"], result["instance"], result["status"]) == (NEW, 1, 0)


def test_an_instance_that_is_right_from_the_start_is_not_set() -> None:
    turns = hold(router_with_table(), command("add", object=ROW, values={"Enable": False}))
    assert SetParameterValues not in map(type, said(turns))
    assert "differ" not in done(turns)


def test_an_instance_that_cannot_be_filled_is_taken_back() -> None:
    router = router_with_table()
    router.says(SetParameterValues, Fault(9007, "no such port"))
    turns = hold(router, command("add", object=ROW, values={"ExternalPort": 1}))
    assert said(turns)[-1] == DeleteObject(NEW, "command-1")
    assert failed(turns) == {
        "object": NEW,
        "code": 9007,
        "string": "no such port",
        "rolled_back": True,
    }
    assert NEW not in router.objects


def test_an_instance_that_cannot_be_taken_back_is_told_of() -> None:
    router = router_with_table()
    router.says(SetParameterValues, Fault(9007, "no such port"))
    router.says(DeleteObject, Fault(9001, "denied"))
    result = failed(hold(router, command("add", object=ROW, values={"ExternalPort": 1})))
    assert result["rolled_back"] is False
    assert result["rollback"] == {"code": 9001, "string": "denied"}
    assert result["object"] == NEW


def test_values_that_the_router_does_not_keep_are_found_out() -> None:
    router = router_with_table()
    router.says(SetParameterValues, SetParameterValuesResponse(0))
    result = failed(hold(router, command("add", object=ROW, values={"ExternalPort": 1})))
    assert result["differ"] == {f"{NEW}ExternalPort": {"wanted": "1", "found": "0"}}
    assert result["object"] == NEW


def test_an_instance_that_comes_to_life_later_is_filled_unseen() -> None:
    router = router_with_table()
    router.says(AddObject, AddObjectResponse(7, 1))  # and its parameters are not there yet
    turns = hold(router, command("add", object=ROW, values={"Enable": True, "Name": "x"}))
    at = f"{ROW}7."
    assert said(turns)[2] == SetParameterValues(
        (
            ParameterValue(f"{at}Enable", "true", "boolean"),
            ParameterValue(f"{at}Name", "x", "string"),
        ),
        "command-1",
    )
    result = done(turns)
    assert result["status"] == 1
    assert "unread" in result


def test_a_refused_addition_fails() -> None:
    router = router_with_table()
    router.says(AddObject, Fault(9004, "table is full"))
    assert failed(hold(router, command("add", object=ROW)))["code"] == 9004


def test_an_instance_is_deleted() -> None:
    router = router_with_table()
    router.objects.add(NEW)
    turns = hold(router, command("delete", object=NEW))
    assert said(turns) == [DeleteObject(NEW, "command-1")]
    assert done(turns) == {"status": 0}
    router.says(DeleteObject, DeleteObjectResponse(1))
    assert done(hold(router, command("delete", object=NEW))) == {"status": 1}
    router.answers.clear()
    assert failed(hold(router, command("delete", object=NEW)))["code"] == 9005
