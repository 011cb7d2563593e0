"""Where a listener binds: ``address:port`` as written in a configuration. Plain values only."""

from ipaddress import ip_address

MAX_PORT = 65_535


def address_of(listen: str) -> tuple[str, int]:
    """``"127.0.0.1:7557"`` or ``"[::1]:7557"`` as address and port.

    Raises:
        ValueError: another form; names are not looked up.
    """
    host, _, port = listen.rpartition(":")
    try:
        address = str(ip_address(host.removeprefix("[").removesuffix("]")))
        number = int(port) if port.isascii() and port.isdigit() else -1
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_PORT:
        raise ValueError(
            f'listen: found {listen!r}, allowed is "address:port" such as "127.0.0.1:7557"'
        )
    return address, number
