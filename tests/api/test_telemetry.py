"""The API's own metrics: by declared route, so that neither routers nor mistakes become labels."""

from tests.api.harness import DEVICE, Api


def count(api: Api, route: str, method: str, status: str) -> float | None:
    labels = {"route": route, "method": method, "status": status}
    return api.services.registry.get_sample_value("acs_api_requests_total", labels)


def test_requests_are_counted_by_route(api: Api) -> None:
    router = api.router()
    for _ in range(2):
        assert api.get(api.url(router)).status_code == 200
    assert api.get(api.url("000000-None-1")).status_code == 404
    assert api.get("/v1/no-such-thing").status_code == 404
    assert api.request("BREW", "/healthz").status_code == 405
    routes = {
        sample.labels["route"]
        for family in api.services.registry.collect()
        if family.name == "acs_api_requests"
        for sample in family.samples
    }
    (router_route,) = [route for route in routes if route.endswith("}")]
    assert count(api, router_route, "GET", "200") == 2
    assert count(api, router_route, "GET", "404") == 1
    assert count(api, "unknown", "GET", "404") == 1
    assert not any(DEVICE.serial_number in route for route in routes)
    took = {"route": router_route}
    value = api.services.registry.get_sample_value("acs_api_request_seconds_count", took)
    assert value == 3


def test_methods_that_are_none_share_a_label(api: Api) -> None:
    api.request("BREW", "/healthz")
    api.request("STEAL", "/healthz")
    methods = {
        sample.labels["method"]
        for family in api.services.registry.collect()
        if family.name == "acs_api_requests"
        for sample in family.samples
    }
    assert methods == {"unknown"}
