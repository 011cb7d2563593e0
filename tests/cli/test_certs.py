"""Certificates as an operator checks them: files in, words and an exit code out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.cli.conftest import NOW
from tests.tls.authority import START, Authority, Pair

Run = Callable[..., Result]
AGE = (NOW - START.timestamp()) / 86_400


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "root")


def config_of(folder: Path, pair: Pair, extra: str = "", files: str = "") -> Path:
    path = folder / "acsd.toml"
    path.write_text(
        f'[cwmp.tls]\nlisten = "127.0.0.1:7548"\ncertificate = "{pair.certificate}"\n'
        f'key = "{pair.key}"\n{extra}\n{files}'
    )
    return path


def test_a_good_one(run: Run, tmp_path: Path, root: Authority) -> None:
    middle = Authority(tmp_path, "middle", root)
    pair = middle.issue("acs", "acs", dns=("acs.example",), days=AGE + 100, behind=(middle,))
    config = config_of(tmp_path, pair)
    given = ("certs", "check", "--config", str(config), "--ca", str(root.file))
    result = run(*given, "--host", "acs.example")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "cwmp: " in result.stdout
    assert "(100 days), acs.example" in result.stdout
    (shown,) = json.loads(run(*given, "--json").stdout)
    assert (shown["listener"], shown["days"], shown["problems"]) == ("cwmp", 100, [])


def test_the_api_s(run: Run, tmp_path: Path, root: Authority) -> None:
    pair = root.issue("api", "acs", dns=("acs.example",), days=AGE + 100)
    config = tmp_path / "acsd.toml"
    config.write_text(f'[api]\ncertificate = "{pair.certificate}"\nkey = "{pair.key}"\n')
    result = run("certs", "check", "--config", str(config), "--ca", str(root.file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"api: {pair.certificate}: good until ")
    pair.key.write_text("spoilt")
    assert f"api: api.key: {pair.key}: no PEM key" in wrong(run, config, "--ca", str(root.file))


def wrong(run: Run, config: Path, *given: str) -> str:
    result = run("certs", "check", "--config", str(config), *given)
    assert result.exit_code == 1
    return str(result.stderr)


def test_dates(run: Run, tmp_path: Path, root: Authority) -> None:
    trusted = ("--ca", str(root.file))
    soon = config_of(tmp_path, root.issue("acs", "acs", dns=("a.example",), days=AGE + 10))
    assert "CN=acs expires in 10 days" in wrong(run, soon, *trusted)
    assert run("certs", "check", "--config", str(soon), *trusted, "--days", "9").exit_code == 0
    late = config_of(tmp_path, root.issue("acs", "acs", dns=("a.example",), days=AGE - 1))
    assert "CN=acs expired on" in wrong(run, late, *trusted)


def test_a_chain_with_a_gap_or_out_of_order(run: Run, tmp_path: Path, root: Authority) -> None:
    middle = Authority(tmp_path, "middle", root)
    gap = config_of(tmp_path, middle.issue("acs", "acs", dns=("a.example",)))
    assert "whose issuer CN=middle is neither in the file nor" in wrong(
        run, gap, "--ca", str(root.file)
    )
    odd = config_of(tmp_path, middle.issue("acs", "acs", dns=("a.example",), behind=(root,)))
    assert "CN=acs is not signed by the one behind it, CN=root" in wrong(run, odd)
    whole = middle.issue("acs", "acs", dns=("a.example",), behind=(middle, root))
    good = config_of(tmp_path, whole)
    assert run("certs", "check", "--config", str(good)).exit_code == 0


def test_names(run: Run, tmp_path: Path, root: Authority) -> None:
    trusted = ("--ca", str(root.file))
    none = config_of(tmp_path, root.issue("acs", "acs.example"))
    assert "no subjectAltName" in wrong(run, none, *trusted)
    star = config_of(tmp_path, root.issue("acs", "acs", dns=("*.a.example",)))
    assert "not good for b.example" in wrong(run, star, *trusted, "--host", "b.example")
    given = ("certs", "check", "--config", str(star), *trusted, "--host", "cpe.a.example")
    assert run(*given).exit_code == 0


def test_weak_keys(run: Run, tmp_path: Path, root: Authority) -> None:
    trusted = ("--ca", str(root.file))
    curve = ec.generate_private_key(ec.SECP192R1())
    weak = config_of(tmp_path, root.issue("acs", "acs", dns=("a.example",), key=curve))
    assert "a curve of 192 bits" in wrong(run, weak, *trusted)
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
    weak = config_of(tmp_path, root.issue("acs", "acs", dns=("a.example",), key=short))
    assert "CN=acs has a weak key: RSA of 1024 bits" in wrong(run, weak, *trusted)
    fine = root.issue("acs", "acs", dns=("a.example",), algorithm=hashes.SHA224())
    config = config_of(tmp_path, fine)
    assert run("certs", "check", "--config", str(config), *trusted).exit_code == 0


def test_the_key(run: Run, tmp_path: Path, root: Authority) -> None:
    trusted = ("--ca", str(root.file))
    pair = root.issue("acs", "acs", dns=("a.example",))
    config = config_of(tmp_path, pair)
    pair.key.chmod(0o644)
    assert f"others can read the key: chmod 600 {pair.key}" in wrong(run, config, *trusted)
    pair.key.chmod(0o600)
    pair.key.write_bytes(root.issue("other", "other").key.read_bytes())
    assert "cwmp.tls.key" in wrong(run, config, *trusted)
    pair.key.unlink()
    assert "No such file" in wrong(run, config, *trusted)


def test_each_listener_and_its_authorities(run: Run, tmp_path: Path, root: Authority) -> None:
    pair = root.issue("acs", "acs", dns=("acs.example",))
    leaf = root.issue("leaf", "leaf")
    config = config_of(
        tmp_path,
        pair,
        f'client_certificates = "required"\nclient_ca = "{leaf.certificate}"',
        '[files]\npublic_url = "https://files.example"\n[files.tls]\nlisten = "127.0.0.1:7568"\n'
        f'certificate = "{pair.certificate}"\nkey = "{pair.key}"\n',
    )
    said = wrong(run, config, "--ca", str(root.file))
    assert "cwmp: CN=leaf is no authority" in said
    assert "files: it is not good for files.example" in said
    assert "2 of 2 certificates need attention" in said


def test_nothing_to_check(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "acsd.toml"
    config.write_text("")
    result = run("certs", "check", "--config", str(config))
    assert (result.exit_code, result.stderr) == (0, "no listener has TLS\n")
