import re
from pathlib import Path

from acs.simulator.service import Service


def test_a_daemon_serves_the_pages_to_who_has_its_token(tmp_path: Path) -> None:
    service = Service(tmp_path / "state", {"cwmp": {"enrolment": "open"}})
    service.start()
    try:
        with service.client() as client:
            made = client.post("/v1/tokens", json={"name": "desk", "scopes": ["act"]})
            form = re.search(r'name="form" value="([0-9a-f]+)"', client.get("/login").text)
            assert form is not None
            fields = {"token": made.json()["token"], "form": form[1]}
            assert client.get("/fleet").status_code == 303
            assert client.post("/login", data=fields).headers["location"] == "/"
            fleet = client.get("/fleet")
            assert (fleet.status_code, "desk" in fleet.text) == (200, True)
            assert client.delete("/v1/tokens/desk").status_code == 204
            assert client.get("/fleet").status_code == 303
    finally:
        assert service.stop() == 0
