import pytest

from acs.secret_names import REDACTED, blanked, is_secret


@pytest.mark.parametrize(
    "path",
    [
        "Device.ManagementServer.Password",
        "Device.ManagementServer.ConnectionRequestPassword",
        "Device.WiFi.AccessPoint.1.Security.KeyPassphrase",
        "Device.WiFi.AccessPoint.1.Security.SAEPassphrase",
        "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.1.WEPKey",
        "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.PreSharedKey",
        "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey1",
        "InternetGatewayDevice.X_VENDOR_AdminPasswd",
        "Device.WiFi.AccessPoint.1.WPS.PIN",
        "Device.PPP.Interface.1.X_00A1B2_password",
    ],
)
def test_names_of_secrets(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize(
    "path",
    [
        "Device.DeviceInfo.UpTime",
        "Device.ManagementServer.ConnectionRequestUsername",
        "Device.NAT.PortMapping",
        "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.PortMapping",
        "InternetGatewayDevice.IPPing",
        "Device.Users.User.1.PasswordExpires",
        "Device.Secret.Count",
    ],
)
def test_other_names(path: str) -> None:
    assert not is_secret(path)


def test_blanked_says_whether_there_was_one() -> None:
    assert blanked({"A.Password": "x", "B.Password": "", "C.UpTime": "1"}) == {
        "A.Password": REDACTED,
        "B.Password": "",
        "C.UpTime": "1",
    }
