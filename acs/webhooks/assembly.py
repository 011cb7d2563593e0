"""Webhooks put together for a process: what sends, and what it stands on. No rules."""

import random
import secrets
import time
from typing import Any

from prometheus_client import CollectorRegistry

from acs.storage.store import Store
from acs.webhooks.deliverer import Deliverer
from acs.webhooks.endpoints import system_lookup
from acs.webhooks.posting import Poster
from acs.webhooks.settings import WebhookSettings
from acs.webhooks.telemetry import WebhookCounters


class Webhooks:
    """What sends, in one process.

    Args:
        reactor: Twisted's.
        store: where events and webhooks are.
        settings: of all webhooks.
        registry: where metrics are registered.
        version: of the distribution, which receivers are told.

    Raises:
        TrustError: ``ca_file`` cannot be used.
    """

    def __init__(
        self,
        reactor: Any,
        store: Store,
        settings: WebhookSettings,
        *,
        registry: CollectorRegistry,
        version: str,
    ) -> None:
        self._poster = Poster(reactor, settings, system_lookup(reactor), f"acsd/{version}")
        self._deliverer = Deliverer(
            store.webhooks,
            store.news.listeners,
            self._poster.post,
            settings,
            clock=reactor,
            now=time.time,
            uniform=random.uniform,
            lease=secrets.token_hex(8),
            metrics=WebhookCounters(registry),
        )

    @classmethod
    def started(
        cls,
        reactor: Any,
        store: Store,
        settings: WebhookSettings,
        registry: CollectorRegistry,
        version: str,
    ) -> "Webhooks | None":
        """As the class, and it has begun; None: this process is not to send.

        Raises:
            TrustError: ``ca_file`` cannot be used.
        """
        if not settings.enabled:
            return None
        made = cls(reactor, store, settings, registry=registry, version=version)
        made._deliverer.start()
        return made

    async def stop(self) -> None:
        """Begin nothing new; calls under way get a little time to end."""
        await self._deliverer.stop()
        await self._poster.close()
