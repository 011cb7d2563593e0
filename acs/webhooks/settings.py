"""Settings of webhooks. Plain values."""

from ipaddress import ip_network

import msgspec

from acs.duration import Duration


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[webhooks]`` of the configuration; the webhooks themselves: ``acs webhooks add``.

    Attributes:
        enabled: this process sends; false: others do.
        insecure: addresses may begin with ``http://``, too.
        allow: address prefixes beside public ones that may be called, such as ``10.1.0.0/16``.
        ca_file: certificates (PEM) that receivers' are checked with; empty: the system's.
        timeout: for one call, from looking up its name to the end of its answer.
        parallel: webhooks that are called at once.
        first_retry: wait after the first failure; it doubles with each further one.
        longest_retry: the longest such wait.
        give_up: what is older is given up where the receiver fails.
    """

    enabled: bool = True
    insecure: bool = False
    allow: tuple[str, ...] = ()
    ca_file: str = ""
    timeout: Duration = Duration(10)
    parallel: int = 4
    first_retry: Duration = Duration(5)
    longest_retry: Duration = Duration(3600)
    give_up: Duration = Duration(3 * 86_400)

    def __post_init__(self) -> None:
        for text in self.allow:
            try:
                ip_network(text)
            except ValueError as error:
                raise ValueError(
                    f'allow: found {text!r}, allowed are prefixes such as "10.1.0.0/16"'
                ) from error
        for name in ("timeout", "parallel", "first_retry", "longest_retry", "give_up"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is above 0")
