"""How a router is named: OUI, product class and serial number become one id. Plain values only."""

from urllib.parse import quote, unquote

import msgspec


class DeviceId(msgspec.Struct, frozen=True):
    """Who a router says it is (TR-069 Amendment 6, A.3.3.1, DeviceIdStruct).

    ``oui`` is folded to upper case by the codec: routers of one batch differ in it.
    """

    manufacturer: str
    oui: str
    product_class: str
    serial_number: str

    @property
    def router_id(self) -> str:
        """OUI-ProductClass-SerialNumber, each part percent-encoded.

        TR-069 Amendment 6, 3.4.4 forms user names so: every character but letters, digits and
        ``_`` is percent-encoded (UTF-8), so that ``-`` separates unmistakably. Without a product
        class the id is OUI-SerialNumber.
        """
        parts = (self.oui, self.product_class, self.serial_number)
        return "-".join(_escape(part) for part in parts if part)


def _escape(part: str) -> str:
    if part.isascii() and part.isalnum():  # nearly always
        return part
    # quote() leaves "-", "." and "~" alone; the standard leaves only letters, digits and "_".
    return quote(part, safe="").replace("-", "%2D").replace(".", "%2E").replace("~", "%7E")


def parts_of(router_id: str) -> tuple[str, ...]:
    """The decoded parts of a router id, two or three of them."""
    return tuple(unquote(part) for part in router_id.split("-"))
