"""The software modules of a simulated router: units that are installed, updated, uninstalled."""

from acs.simulator.errands import Done
from acs.simulator.jobs import uuid_of, version_of
from acs.simulator.soap_jobs import Operation, Unit
from acs.simulator.tree import Leaf, Tree

UNKNOWN_UNIT = 9226  # TR-069 Amendment 6, A.5.1: Unknown Deployment Unit
DUPLICATE = 9227  # Duplicate Deployment Unit
_STATES = {"Install": "Installed", "Update": "Installed", "Uninstall": "UnInstalled"}


class Modules:
    """Deployment units in a router's tree (TR-157, SoftwareModules).

    Args:
        tree: the router's.
        root: of the tree.
    """

    def __init__(self, tree: Tree, root: str) -> None:
        self._tree = tree
        self._table = f"{root}SoftwareModules.DeploymentUnit."

    def change(self, operation: Operation, done: Done | None) -> Unit:
        """Carry out a change; what became of the unit."""
        uuid = self._known_as(operation)
        place = self._place(uuid)
        fault, text = done.fault if done is not None else 0, done.text if done is not None else ""
        if operation.kind == "Install" and place is not None and not fault:
            fault, text = DUPLICATE, "Duplicate Deployment Unit"
        if operation.kind != "Install" and place is None:
            fault, text = UNKNOWN_UNIT, "Unknown Deployment Unit"
        if fault:
            return Unit(uuid, operation.version, "Failed", fault=fault, text=text)
        before = self._tree.text(f"{place}Version") if place else "1.0.0"
        version = version_of(b"", operation.url.rpartition("/")[2], before)
        if operation.kind == "Uninstall":
            assert place is not None
            self._tree.cut(place)
            return Unit(uuid, before, _STATES["Uninstall"])
        if place is None:
            place = f"{self._table}{self._tree.grow(self._table, _row(operation, uuid))}."
        self._tree.put(f"{place}Version", version)
        if operation.url:
            self._tree.put(f"{place}URL", operation.url)
        return Unit(uuid, version, _STATES[operation.kind], place.removesuffix("."))

    def _known_as(self, operation: Operation) -> str:
        """An update may name its unit by the URL alone (A.4.1.10)."""
        for number in self._tree.instances(self._table):
            place = f"{self._table}{number}."
            same = operation.url and self._tree.text(f"{place}URL") == operation.url
            if not operation.uuid and same:
                return self._tree.text(f"{place}UUID")
        return uuid_of(operation)

    def _place(self, uuid: str) -> str | None:
        for number in self._tree.instances(self._table):
            place = f"{self._table}{number}."
            if self._tree.text(f"{place}UUID") == uuid:
                return place
        return None


def _row(operation: Operation, uuid: str) -> dict[str, Leaf]:
    name = operation.url.rpartition("/")[2] or "unit"
    return {
        "UUID": Leaf("string", uuid),
        "Name": Leaf("string", name),
        "Status": Leaf("string", "Installed"),
        "Resolved": Leaf("boolean", "true"),
        "URL": Leaf("string", operation.url),
        "Version": Leaf("string", ""),
    }
