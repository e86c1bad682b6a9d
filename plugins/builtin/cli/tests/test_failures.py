"""Which exit code an error becomes."""

from errno import EADDRINUSE, ENOENT

import pytest

from mosaicfs import errors
from mosaicfs_cli.failures import EXIT_CODES, exit_code, innermost, name, sentence

BRANCHES = (errors.TryLaterError, errors.AskOwnerError, errors.GiveUpError)


def test_every_error_of_the_kernel_has_its_exit_code() -> None:
    known = {noun for branch in BRANCHES for noun in branch.__subclasses__() if noun.__module__ == errors.__name__}
    assert known - set(EXIT_CODES) == {errors.PluginBrokenError}, "1 is for what has no row, and that is meant for one"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigError("m.toml:1", "wrong"), 11),
        (errors.ConflictError("file::1"), 6),
        (errors.PluginBrokenError("x", "y"), 1),
        (OSError(EADDRINUSE, "Address already in use"), 3),
        (OSError(ENOENT, "No such file"), 1),
        (ZeroDivisionError(), 1),
    ],
)
def test_the_class_decides(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_a_nursery_around_an_error_changes_nothing() -> None:
    wrapped = ExceptionGroup("outer", [ExceptionGroup("inner", [errors.ConflictError("a"), KeyError()])])
    assert exit_code(innermost(wrapped)) == 6


def test_errors_are_named_as_plugins_name_theirs() -> None:
    assert name(errors.StoreTooNewError.__new__(errors.StoreTooNewError)) == "store_too_new"
    assert name(KeyError()) == "internal"


def test_a_defect_says_how_to_learn_more() -> None:
    assert sentence(ZeroDivisionError("division by zero")).endswith("The same command with -v shows where.")
