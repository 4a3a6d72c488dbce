"""Secrets never leave the program: not by repr, not in a log, not in a traceback."""

import io
import logging
import pickle
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.secrets import MASK, MaskSecrets, Secret, install, mask

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFake_-x"


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    """The root logger writes into memory, masked; gives what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    install()
    yield out.getvalue
    root.removeHandler(handler)


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("open sesame")
    assert f"{secret} {secret!r} {[secret]}" == f"{MASK} Secret('{MASK}') [Secret('{MASK}')]"
    assert secret.reveal() == "open sesame"
    assert secret == Secret("open sesame")
    assert secret != Secret("open barley")


def test_a_secret_does_not_travel_to_another_process() -> None:
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(Secret("open sesame"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            f"https://api.telegram.org/bot{TOKEN}/sendMessage",
            f"https://api.telegram.org/bot{MASK}/sendMessage",
        ),
        ("postgresql://wire:s3cr:et@db/news", f"postgresql://{MASK}@db/news"),
        ("http://user:p@ss@proxy:3128 refused", f"http://{MASK}@proxy:3128 refused"),
        ("https://example.org/@name?mail=a@b.example", "https://example.org/@name?mail=a@b.example"),
        ("at 12:30, 1234567 articles", "at 12:30, 1234567 articles"),
    ],
)
def test_what_is_shaped_like_a_secret_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    Secret("correct horse")
    assert mask("the words are correct horse, battery") == f"the words are {MASK}, battery"


def test_of_two_secrets_the_longer_one_is_masked_whole() -> None:
    Secret("rosebud")
    Secret("rosebud-and-sled")
    assert mask("rosebud-and-sled") == MASK


def test_a_log_line_is_masked_in_message_and_arguments(logged: Callable[[], str]) -> None:
    Secret("battery staple")
    logging.getLogger("some.library").warning("GET %s with %r", f"/bot{TOKEN}/getMe", {"x": "battery staple"})
    assert logged() == f"WARNING GET /bot{MASK}/getMe with {{'x': '{MASK}'}}\n"


def test_a_traceback_is_masked_and_still_there(logged: Callable[[], str]) -> None:
    try:
        raise RuntimeError(f"cannot reach /bot{TOKEN}/getMe")
    except RuntimeError:
        logging.getLogger("some.library").exception("failed")
    assert TOKEN not in logged()
    assert f"RuntimeError: cannot reach /bot{MASK}/getMe" in logged()


def test_a_line_whose_arguments_do_not_fit_is_masked_too(
    logged: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("some.library").warning("%d items", TOKEN)
    assert logged() == f"WARNING %d items ('{MASK}',)\n"
    assert TOKEN not in capsys.readouterr().err


def test_installing_twice_filters_once() -> None:
    logger = logging.Logger("own")
    logger.addHandler(logging.NullHandler())
    install(logger)
    install(logger)
    assert [type(one) for one in logger.handlers[0].filters] == [MaskSecrets]


@given(
    st.integers(10**6, 10**12),
    st.text("ABCxyz019_-", min_size=30, max_size=40),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_bot_token_gets_through(number: int, key: str, before: str, after: str) -> None:
    assert f"{number}:{key}" not in mask(f"{before}{number}:{key}{after}")
