"""The working tree: what lies inside is read, what leaves it is refused, and nothing hangs."""

import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from plugin.checkout import LARGEST_FILE, MOST_BYTES, MOST_FILES, WorkingTree
from plugin.core.errors import Unusable

OUTSIDE = ["..", "../x", "a/../../x", "/etc/passwd", "//etc/passwd", "", "a\0b", "a/.."]


@pytest.fixture
def root(tmp_path):
    """A checkout beside something that is none of its business."""
    (tmp_path / "secret.py").write_text("secret")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.py").write_text("secret")
    root = tmp_path / "repo"
    for name in ("a.py", "jobs/b.py", "jobs/deep/c.py", ".git/config", "jobs/.env", ".hidden/x.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.fixture
def tree(root):
    return WorkingTree(root)


def link(root, name, target):
    (root / name).symlink_to(target)
    return name


# --- read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OUTSIDE)
def test_read__path_outside__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.read(path)


@pytest.mark.parametrize("path", ["a\nb.py", "jobs/\x1b[2K.py"])
def test_read__name_with_a_control_character__is_refused(tree, path):
    with pytest.raises(Unusable, match="holds a control character"):
        tree.read(path)


@pytest.mark.parametrize("path", ["\ud800.py", "a/\udcff.py"])
def test_read__name_that_is_not_utf_8__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a name in UTF-8"):
        tree.read(path)


@pytest.mark.parametrize(
    "target",
    [
        *("../secret.py", "/etc/passwd", "/proc/self/environ", "jobs/../../secret.py"),
        *("a.py", "link.py", "nowhere.py", "jobs"),
    ],
)
def test_read__link__is_refused_by_its_name_wherever_it_leads(tree, root, target):
    link(root, "link.py", target)

    with pytest.raises(Unusable, match=r"^link.py is a symbolic link\. Commit the file") as caught:
        tree.read("link.py")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("target", ["../private", "jobs"])
@pytest.mark.parametrize("path", ["lib/key.py", "lib/deep/key.py", "./lib//key.py"])
def test_read__file_behind_a_link__is_refused_with_the_name_of_the_link(tree, root, target, path):
    link(root, "lib", target)

    with pytest.raises(Unusable, match=f"^{path} lies behind lib, which is a symbolic link"):
        tree.read(path)


@pytest.mark.parametrize(
    "path", [".git/config", "./.git/config", ".GIT/config", "jobs/.git/x", ".git", "jobs/.Git/*"]
)
def test_working_tree__what_git_keeps__is_refused(tree, path):
    """actions/checkout leaves a token in .git/config."""
    for act in (tree.read, tree.is_folder, tree.files_below, tree.matches):
        with pytest.raises(Unusable, match="is git's own and no part of the checkout"):
            act(path)


class Swapping(WorkingTree):
    """A tree in which somebody acts between the look at a file and its opening."""

    act = staticmethod(lambda: None)

    @contextmanager
    def _opened_parent(self, path):
        with super()._opened_parent(path) as opened:
            self.act()
            yield opened


def test_read__folder_swapped_for_a_link_on_the_way__reads_what_it_looked_at(root):
    tree = Swapping(root)

    def act():
        (root / "jobs").rename(root / "away")
        link(root, "jobs", "../private")
        (root.parent / "private" / "b.py").write_text("secret")

    tree.act = act

    assert tree.read("jobs/b.py") == b"jobs/b.py"


def test_read__file_swapped_for_a_link__is_refused(root):
    tree = Swapping(root)

    def act():
        (root / "a.py").unlink()
        link(root, "a.py", "../secret.py")

    tree.act = act

    with pytest.raises(Unusable, match=r"a.py is a symbolic link"):
        tree.read("a.py")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.py", "missing.py is missing. Check the path, and that the repository is checked"),
        ("jobs", "jobs is a folder. Name a file, or a glob"),
        (".", ". is a folder"),
        ("a.py/b.py", "a.py/b.py cannot be read: Not a directory"),
        ("x" * 300, "xxx cannot be read: File name too long"),
    ],
)
def test_read__no_file__is_refused_by_its_path(tree, path, words):
    with pytest.raises(Unusable, match=words):
        tree.read(path)


@pytest.mark.parametrize(
    ("holder", "is_above"), [("checkout", False), ("checkout/jobs", False), ("", True)]
)
def test_read__no_file_below_the_repositorys_root__says_where_to_start(tmp_path, holder, is_above):
    start = tmp_path / "checkout"
    (start / "jobs").mkdir(parents=True)
    (tmp_path / holder / ".git").mkdir()

    with pytest.raises(Unusable) as raised:
        WorkingTree(start).read("a.py")

    assert ("root of the repository is above" in str(raised.value)) is is_above


def test_read__pipe__is_refused_and_not_waited_for(tree, root):
    os.mkfifo(root / "pipe.py")

    with pytest.raises(Unusable, match=r"pipe.py is no plain file"):
        tree.read("pipe.py")


def test_read__socket__is_refused(tree, root):
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(root)
        server.bind("s.py")

        with pytest.raises(Unusable, match=r"s.py is no plain file"):
            tree.read("s.py")


def test_read__too_large__is_refused_unread(tree, root):
    with (root / "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    with pytest.raises(Unusable, match=f"large.bin is larger than {LARGEST_FILE} bytes"):
        tree.read("large.bin")


@pytest.mark.parametrize("path", ["jobs/b.py", "./jobs/b.py", "jobs//b.py", "jobs/./b.py"])
def test_read__file__is_its_bytes(tree, path):
    assert tree.read(path) == b"jobs/b.py"


def test_read__root_behind_a_link__is_the_checkout(root):
    link(root.parent, "alias", "repo")

    assert WorkingTree(root.parent / "alias").read("a.py") == b"a.py"


# --- globs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["../*.py", "/etc/*", "jobs/../../*"])
def test_matches__pattern_outside__is_refused(tree, pattern):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.matches(pattern)


@pytest.mark.parametrize("pattern", ["**", "**/*.py", "*.py", "linked.py*"])
def test_matches__link_that_matches__is_refused(tree, root, pattern):
    """To leave it out in silence would be a check that nobody misses."""
    link(root, "linked.py", "a.py")

    with pytest.raises(Unusable, match=r"linked.py is a symbolic link"):
        tree.matches(pattern)


@pytest.mark.parametrize("pattern", ["**/*.py", "*.py", "jobs/**"])
def test_matches__links_that_do_not_match_and_hidden_ones__are_left_out(tree, root, pattern):
    link(root, "linked.txt", "../secret.py")
    link(root, "private", "../private")
    link(root, "circle", ".")

    found = tree.matches(pattern)

    expected = ("a.py", "jobs/b.py", "jobs/deep/c.py")
    assert found == {"*.py": expected[:1], "jobs/**": expected[1:]}.get(pattern, expected)


@pytest.mark.parametrize("pattern", ["lib/*.py", "lib/**"])
def test_matches__pattern_behind_a_link__is_refused(tree, root, pattern):
    link(root, "lib", "jobs")

    with pytest.raises(Unusable, match="lib is a symbolic link"):
        tree.matches(pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.py", ("a.py",)),
        ("./jobs/*.py", ("jobs/b.py",)),
        ("jobs/**/*.py", ("jobs/b.py", "jobs/deep/c.py")),
        ("*.sql", ()),
        (".hidden/*", ()),
        ("jobs/*/*.py", ("jobs/deep/c.py",)),
        ("*/*.py", ("jobs/b.py",)),
        ("missing/*.py", ()),
        ("a.py/*", ()),
        ("a.py", ("a.py",)),
    ],
)
def test_matches__pattern__is_the_files_sorted(tree, pattern, expected):
    assert tree.matches(pattern) == expected


def test_matches__more_files_than_a_checkout_has__is_refused(tmp_path):
    (tmp_path / "many").mkdir()
    for number in range(MOST_FILES + 1):
        os.mknod(tmp_path / "many" / str(number))

    with pytest.raises(Unusable, match=f"The checkout holds more than {MOST_FILES} files"):
        WorkingTree(tmp_path).matches("**")
    with pytest.raises(Unusable, match=f"many holds more than {MOST_FILES} files"):
        WorkingTree(tmp_path).files_below("many")
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "a.py").touch()
    for pattern in ("few/*.py", "few/**", "*.py"):  # what cannot match is not looked into
        found = () if pattern == "*.py" else ("few/a.py",)
        assert WorkingTree(tmp_path).matches(pattern) == found


# --- folders --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OUTSIDE)
def test_folders__path_outside__is_refused(tree, path):
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.is_folder(path)
    with pytest.raises(Unusable, match="is not a path inside the checkout"):
        tree.files_below(path)


@pytest.mark.parametrize("target", ["../private", "jobs", "lib"])
def test_folders__link__is_refused(tree, root, target):
    link(root, "lib", target)

    with pytest.raises(Unusable, match="lib is a symbolic link"):
        tree.is_folder("lib")
    with pytest.raises(Unusable, match="lib is a symbolic link"):
        tree.files_below("lib")


@pytest.mark.parametrize("path", ["a.py", "missing"])
def test_files_below__no_folder__is_refused(tree, path):
    assert not tree.is_folder(path)
    with pytest.raises(Unusable, match=f"{path} is no folder"):
        tree.files_below(path)


@pytest.mark.parametrize(
    ("name", "target"),
    [("linked.py", "../../secret.py"), ("linked.py", "b.py"), ("deep/lib", ".."), ("x", "gone")],
)
def test_files_below__folder_that_holds_a_link__is_refused_with_its_name(tree, root, name, target):
    link(root / "jobs", name, target)

    with pytest.raises(Unusable, match=f"jobs/{name} is a symbolic link"):
        tree.files_below("jobs")


def test_files_below__folder__is_its_files_without_hidden_ones(tree):
    assert tree.is_folder("jobs")
    assert tree.files_below("./jobs/") == ("jobs/b.py", "jobs/deep/c.py")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_below__folder_that_may_not_be_read__is_refused(tree, root):
    (root / "jobs" / "deep").chmod(0)

    with pytest.raises(Unusable, match="jobs/deep cannot be read: Permission denied"):
        tree.files_below("jobs")


def test_files_below__folder_deeper_than_a_path_may_be_long__is_refused(tree, root):
    """os.walk leaves out what it cannot list, in silence."""
    at = os.open(root / "jobs", os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=at)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)

    with pytest.raises(Unusable, match="cannot be read: File name too long"):
        tree.files_below("jobs")


def test_files_below__whole_checkout__is_everything(tree):
    assert tree.files_below(".") == ("a.py", "jobs/b.py", "jobs/deep/c.py")


def test_files_below__pipe_among_the_files__is_listed_and_refused_when_read(tree, root):
    os.mkfifo(root / "jobs" / "pipe")

    assert "jobs/pipe" in tree.files_below("jobs")
    with pytest.raises(Unusable, match="jobs/pipe is no plain file"):
        tree.read("jobs/pipe")


def test_working_tree__relative_root__is_the_current_folder(root):
    os.chdir(root)

    assert WorkingTree(Path()).read("a.py") == b"a.py"


def test_read__files_that_are_too_large_together__are_refused(root):
    tree = WorkingTree(root)
    with (root / "large.bin").open("wb") as file:
        file.truncate(LARGEST_FILE)

    for _ in range(MOST_BYTES // LARGEST_FILE):
        tree.read("large.bin")

    with pytest.raises(Unusable, match="larger than 536870912 bytes together"):
        tree.read("large.bin")
