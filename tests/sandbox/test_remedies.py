"""Why a sandbox cannot be had is read from the machine's settings; here from folders that stand in for them."""

from pathlib import Path

import pytest

from mlpilot.sandbox import cgroup, userns


def settings(folder: Path, **values: str) -> Path:
    for name, value in values.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value + "\n")
    return folder


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kernel__unprivileged_userns_clone": "0"}, "sysctl -w kernel.unprivileged_userns_clone=1"),
        ({"user__max_user_namespaces": "0"}, "sysctl -w user.max_user_namespaces="),
        ({"kernel__apparmor_restrict_unprivileged_userns": "1"}, "bwrap-userns-restrict"),
        (
            {"kernel__apparmor_restrict_unprivileged_userns": "0", "kernel__unprivileged_userns_clone": "1"},
            "none of the usual settings",
        ),
        ({}, "none of the usual settings"),
    ],
)
def test_the_setting_that_denies_namespaces_is_named(
    values: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 1000)
    words = userns.remedy(settings(tmp_path, **values), tmp_path / "none")
    assert said in words
    assert words.endswith("or use --sandbox landlock, or docker")
    assert "\n" not in words


def test_a_filter_and_a_container_of_root_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nSeccomp:\t2\n")
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert "a filter of system calls denies it" in userns.remedy(tmp_path, status)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert "CAP_SYS_ADMIN" in userns.remedy(tmp_path, status)


def test_a_group_is_made_where_memory_is_handed_on(tmp_path: Path) -> None:
    """As in a session of systemd's user manager: our own group holds us, and so hands nothing on; a slice above does."""
    slice_ = tmp_path / "user@1000.service" / "app.slice"
    own = slice_ / "run-r1.scope"
    own.mkdir(parents=True)
    for folder, handed in (
        (own, ""),
        (slice_, "memory pids"),
        (slice_.parent, "cpu memory pids"),
        (tmp_path, "memory"),
    ):
        (folder / "cgroup.subtree_control").write_text(handed + "\n")
        (folder / "cgroup.procs").touch()
    assert cgroup._nearest(own, tmp_path) == slice_
    (slice_ / "cgroup.subtree_control").write_text("pids\n")
    assert cgroup._nearest(own, tmp_path) == slice_.parent
    for folder in (slice_.parent, tmp_path):
        (folder / "cgroup.subtree_control").write_text("\n")
    assert cgroup._nearest(own, tmp_path) == own
