"""The products that simulated routers come in. The makers are invented."""

from acs.simulator.product import Model
from acs.simulator.soap import Style
from acs.simulator.tr098 import tr098
from acs.simulator.tr181 import tr181

KESTREL = Model(
    manufacturer="Kestrel",
    oui="0A1001",
    product_class="K2",
    name="Kestrel K2",
    firmware="3.4.1",
    root="Device.",
    style=Style(namespace="urn:dslforum-org:cwmp-1-2"),
    leaves=tr181,
    informs=("Device.DeviceInfo.UpTime", "Device.DeviceInfo.MemoryStatus.Free"),
)
KESTREL_VOICE = KESTREL._replace(
    product_class="K2V", name="Kestrel K2 Voice", firmware="3.4.0", voice=True
)
# Counts with leading zeros, a clock without zone.
LUMEN = Model(
    manufacturer="Lumen",
    oui="0A1002",
    product_class="L5",
    name="Lumen L5",
    firmware="1.9.22",
    root="InternetGatewayDevice.",
    style=Style(leading_zeros=True, zone=False),
    leaves=tr098,
    digits=True,
    ppp=True,
)
# A blank in the product class, no cwmp:ID, untyped values, a branch it lists and refuses,
# a connection for each request.
HARBOUR = Model(
    manufacturer="Harbour",
    oui="0A1003",
    product_class="H 1",
    name="Harbour H1",
    firmware="V2.0.7",
    root="InternetGatewayDevice.",
    style=Style(with_id=False, typed=False),
    leaves=tr098,
    refused=("InternetGatewayDevice.DeviceInfo.VendorConfigFile.",),
    digits=True,
    one_request_per_connection=True,
)
MODELS = (KESTREL, KESTREL_VOICE, LUMEN, HARBOUR)
