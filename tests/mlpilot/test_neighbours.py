"""What a script may see of its folder."""

import os

import pytest

from mlpilot import neighbours
from mlpilot.sandbox.errors import UserError


def names(folder):
    seen, left_out = neighbours.beside(folder / "script.py")
    return sorted(mount.target.rpartition("/")[2] for mount in seen), left_out


def test_plain_files_are_seen_and_nothing_else(tmp_path):
    for name in (
        "script.py",
        "data.csv",
        ".env",
        "id_rsa",
        "server.pem",
        "my_token.txt",
        "AWS_Credentials.csv",
        "keys.csv",
    ):
        (tmp_path / name).write_text("x")
    (tmp_path / "notes.txt").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    for folder in (".git", ".mlpilot", "sub"):
        (tmp_path / folder).mkdir()
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.csv")
    assert names(tmp_path) == (["data.csv", "keys.csv", "script.py"], 0)


def test_a_crowded_folder_is_cut_and_counted(tmp_path):
    for number in range(neighbours.MOST_FILES + 3):
        (tmp_path / f"{number:04d}.csv").touch()
    assert names(tmp_path)[1] == 3


def test_mounts_that_are_asked_for(tmp_path):
    (tmp_path / "data").mkdir()
    (mount,) = neighbours.asked_for([str(tmp_path / "data")])
    assert mount.target == "/mnt/files/data" and mount.source == tmp_path / "data"
    for wrong in (str(tmp_path / "missing"), "/"):
        with pytest.raises(UserError):
            neighbours.asked_for([wrong])


@pytest.mark.bubblewrap
def test_a_script_reads_and_imports_what_stands_beside_it(tmp_path, capsys):
    from mlpilot.cli import main

    (tmp_path / "helper.py").write_text("VALUE = 3")
    (tmp_path / "data.csv").write_text("a\n4\n")
    (tmp_path / ".env").write_text("KEY=1")
    script = tmp_path / "script.py"
    script.write_text(
        "import helper, os\n"
        "print(helper.VALUE, open('data.csv').read().split()[1], os.path.exists('.env'))\n"
        "open('new.txt', 'w').write('may be written')\n"
        "open('data.csv', 'a')\n"
    )
    assert main(["exec", str(script), "--sandbox", "bubblewrap"]) == 3
    captured = capsys.readouterr()
    assert captured.out == "3 4 False\n" and "data.csv" in captured.err
    assert (tmp_path / "data.csv").read_text() == "a\n4\n" and not (tmp_path / "new.txt").exists()
