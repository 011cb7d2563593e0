import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
from click.testing import Result

from acs.storage.upgrading import upgrade

Run = Callable[..., Result]


def test_the_database_is_made_and_upgraded_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/acsd.db"\n')
    for _ in range(2):
        result = run("db", "upgrade", "--config", str(file))
        assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    with sqlite3.connect(tmp_path / "acsd.db") as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert "routers" in names


def test_a_database_out_of_reach_is_one_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "acsd.toml"
    file.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/none/acsd.db"\n')
    result = run("db", "upgrade", "--config", str(file))
    assert result.exit_code == 1
    assert result.stderr.startswith("acs: cannot upgrade the database: ")
    assert result.stderr.count("\n") == 1


def test_a_database_is_moved_and_what_to_do_next_is_said(run: Run, tmp_path: Path) -> None:
    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    upgrade(old)
    with sqlite3.connect(tmp_path / "old.db") as database:
        database.execute("INSERT INTO subscribers (account, phone, login) VALUES ('A1', '', '')")
    database.close()
    result = run("db", "move", old, new)
    assert result.exit_code == 0, result.stderr
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines["subscribers"][0] == "1"
    assert lines["routers"] == ["0", "0" * 32]
    assert "All rows, 1 in" in result.stderr
    assert "[storage] url" in result.stderr
    assert "[storage] key_file" in result.stderr


def test_counts_and_digests_as_json(run: Run, tmp_path: Path) -> None:
    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    upgrade(old)
    result = run("db", "move", old, new, "--json")
    found = msgspec.json.decode(result.stdout)
    assert {"table": "routers", "rows": 0, "digest": "0" * 32} in found


def test_a_move_that_is_refused_is_one_line(run: Run, tmp_path: Path) -> None:
    old, new = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    result = run("db", "move", old, new)
    assert result.exit_code == 1
    assert result.stderr == f"acs: not moved: {tmp_path}/old.db: there is no such file\n"
    assert not (tmp_path / "new.db").exists()


def test_a_url_of_another_database_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    result = run("db", "move", "mysql://localhost/acs", f"sqlite:///{tmp_path}/new.db")
    assert result.exit_code == 2
    assert "'SOURCE': found 'mysql', allowed is sqlite:///… or postgresql://…" in result.stderr
