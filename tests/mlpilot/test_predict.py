"""Where predictions are written: what is there is never put at risk."""

import os
import threading

from mlpilot.commands.predict import checked, write


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_text("before")
    for name, target in (("link.csv", "real.csv"), ("dangling.csv", "new.csv")):
        (tmp_path / name).symlink_to(target)
        write(checked(str(tmp_path / name)), "after")
        assert (tmp_path / name).is_symlink() and (tmp_path / target).read_text() == "after"


def test_a_pipe_is_fed_and_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    write(checked(str(tmp_path / "pipe")), "a,b\n")
    reader.join()
    assert read == ["a,b\n"] and (tmp_path / "pipe").is_fifo()


def test_a_device_stays_one():
    before = os.lstat("/dev/null")
    write(checked("/dev/null"), "a,b\n")
    assert os.lstat("/dev/null").st_ino == before.st_ino
