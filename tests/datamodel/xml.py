# ruff: noqa: E501 - XML is easier to read whole
"""Small documents of the data-model schema, written for the tests."""

from collections.abc import Callable, Iterable, Mapping

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<dm:document xmlns:dm="urn:broadband-forum-org:cwmp:datamodel-1-8" '
    'spec="urn:example-com:test" file="{file}">\n'
)
TYPES = """
  <dataType name="IPAddress"><string><size maxLength="45"/></string></dataType>
  <dataType name="IPv4Address" base="IPAddress">
    <size maxLength="15"/>
    <pattern value=""/>
    <pattern value="((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\\.){3}[0-9]{1,3}"/>
  </dataType>
  <dataType name="MACAddress">
    <string><size maxLength="17"/><pattern value=""/>
      <pattern value="([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"/></string>
  </dataType>
  <dataType name="Percent"><unsignedInt><range maxInclusive="100"/></unsignedInt></dataType>
  <dataType name="DiagnosticsState">
    <string>
      <enumeration value="None" access="readOnly"/>
      <enumeration value="Requested"/>
      <enumeration value="Canceled"/>
      <enumeration value="Complete" access="readOnly"/>
    </string>
  </dataType>
"""
IMPORT_TYPES = """
  <import file="types.xml" spec="urn:example-com:types">
    <dataType name="IPv4Address"/>
    <dataType name="Mac" ref="MACAddress"/>
    <dataType name="Percent"/>
    <dataType name="DiagnosticsState"/>
  </import>
"""
MODEL = """
  <component name="Ping">
    <object name="Diagnostics.Ping." access="readOnly" minEntries="1" maxEntries="1">
      <parameter name="DiagnosticsState" access="readWrite">
        <syntax><dataType ref="DiagnosticsState"/></syntax>
      </parameter>
      <parameter name="Repetitions" access="readWrite">
        <syntax><unsignedInt><range minInclusive="1"/></unsignedInt></syntax>
      </parameter>
    </object>
  </component>
  <model name="Device:2.1">
    <object name="Device." access="readOnly" minEntries="1" maxEntries="1">
      <parameter name="RootDataModelVersion" access="readOnly">
        <syntax><string><size maxLength="32"/><pattern value="2\\.\\d+"/></string></syntax>
      </parameter>
    </object>
    <object name="Device.WiFi.Radio.{i}." access="readOnly" minEntries="0" maxEntries="unbounded">
      <parameter name="Enable" access="readWrite"><syntax><boolean/></syntax></parameter>
      <parameter name="Channel" access="readWrite">
        <syntax><unsignedInt><range minInclusive="1" maxInclusive="255"/></unsignedInt></syntax>
      </parameter>
      <parameter name="OperatingStandards" access="readWrite">
        <syntax>
          <list minItems="1" maxItems="3"/>
          <string><enumeration value="a"/><enumeration value="n"/><enumeration value="ac"/></string>
        </syntax>
      </parameter>
      <parameter name="Load" access="readOnly"><syntax><dataType ref="Percent"/></syntax></parameter>
    </object>
    <object name="Device.NAT.PortMapping.{i}." access="readWrite" maxEntries="unbounded">
      <parameter name="InternalClient" access="readWrite">
        <syntax><dataType ref="IPv4Address"/></syntax>
      </parameter>
      <parameter name="Description" access="readWrite">
        <syntax><string><size maxLength="8"/></string><default type="object" value=""/></syntax>
      </parameter>
      <parameter name="Mac" access="readWrite"><syntax><dataType ref="Mac"/></syntax></parameter>
      <parameter name="Key" access="readWrite">
        <syntax hidden="true">
          <hexBinary><size minLength="2" maxLength="2"/><size minLength="4" maxLength="4"/></hexBinary>
        </syntax>
      </parameter>
      <parameter name="Since" access="readWrite"><syntax><dateTime/></syntax></parameter>
    </object>
    <component path="Device." ref="Ping"/>
    <profile name="Base:1"><object ref="Device."/></profile>
  </model>
  <model name="Device:2.2" base="Device:2.1">
    <object base="Device.WiFi.Radio.{i}.">
      <parameter base="OperatingStandards">
        <syntax><string><enumeration value="ax"/><enumeration value="a" status="deleted"/></string></syntax>
      </parameter>
      <parameter base="Channel">
        <syntax><unsignedInt><range minInclusive="1" maxInclusive="14"/>
          <range minInclusive="36" maxInclusive="200"/></unsignedInt></syntax>
      </parameter>
      <parameter name="Power" access="readWrite"><syntax><int><range minInclusive="-1" maxInclusive="100"/></int></syntax></parameter>
    </object>
  </model>
"""
SERVICE = """
  <model name="StorageService:1.0" isService="true">
    <parameter name="StorageServiceNumberOfEntries" access="readOnly">
      <syntax><unsignedInt/></syntax>
    </parameter>
    <object name="StorageService.{i}." access="readOnly" minEntries="0" maxEntries="unbounded">
      <parameter name="HostName" access="readWrite">
        <syntax><string><size maxLength="4"/></string></syntax>
      </parameter>
    </object>
  </model>
"""


def document(content: str, file: str = "test.xml") -> bytes:
    """A whole document."""
    return f"{HEAD.replace('{file}', file)}{content}</dm:document>\n".encode()


FILES = {
    "types.xml": document(TYPES, "types.xml"),
    "model.xml": document(IMPORT_TYPES + MODEL, "model.xml"),
    "service.xml": document(SERVICE, "service.xml"),
}


def find_in(files: Mapping[str, bytes]) -> Callable[[str], bytes | None]:
    return files.get


def from_rows(name: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """A document from a table of paths, types, access and limits."""
    objects: dict[str, list[str]] = {}
    access: dict[str, str] = {}
    for row in rows:
        path = row["path"]
        if row["type"] == "object":
            objects.setdefault(path, [])
            access[path] = row["access"]
            continue
        above, dot, leaf = path.rpartition(".")
        objects.setdefault(above + dot, []).append(_parameter(leaf, row))
    body = "".join(
        f'<object name="{path}" access="{access.get(path, "readOnly")}">{"".join(inside)}</object>'
        if path
        else "".join(inside)
        for path, inside in objects.items()
    )
    return document(f'<model name="{name}">{body}</model>')


def _parameter(name: str, row: Mapping[str, str]) -> str:
    kind = row["type"].removeprefix("xsd:")
    limits = "".join(
        f' {n}="{row[c]}"'
        for n, c in (("minInclusive", "min"), ("maxInclusive", "max"))
        if row[c].lstrip("-").isdecimal()
    )
    sizes = "".join(
        f' {n}="{row[c]}"'
        for n, c in (("minLength", "minlen"), ("maxLength", "maxlen"))
        if row[c].isdecimal()
    )
    values = [v for v in row["enum"].split("|") if v and not row["list"]]
    facets = (f"<range{limits}/>" if limits else "") + (f"<size{sizes}/>" if sizes else "")
    facets += "".join(f'<enumeration value="{_quoted(v.partition("~")[0])}"/>' for v in values)
    return (
        f'<parameter name="{name}" access="{row["access"]}"><syntax>'
        f"{'<list/>' if row['list'] else ''}<{kind}>{facets}</{kind}></syntax></parameter>\n"
    )


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
