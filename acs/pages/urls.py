"""Where pages are. Nothing else."""

from urllib.parse import quote


def router_url(router_id: str) -> str:
    """A router's card; the id's own percent signs are encoded once more."""
    return f"/routers/{quote(router_id, safe='')}"
