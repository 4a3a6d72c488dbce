"""Where config, shipped layer and state are looked for."""

from pathlib import Path

import pytest

from tests.config_folder import write
from wirewatch import config_files
from wirewatch.config_errors import ConfigErrors
from wirewatch.config_files import checkout, locate, shipped

PROJECT = '[project]\nname = "wirewatch"\n'


def package_in(root: Path, *, is_checkout: bool) -> Path:
    """A package folder with a packaged copy of the config, in a checkout or installed."""
    files = {"wirewatch/__init__.py": "", "wirewatch/shipped/watches.yaml": "watches: []\n"}
    if is_checkout:
        files |= {"pyproject.toml": PROJECT, "config/watches.yaml": "watches: []\n"}
    return write(root, files) / "wirewatch"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package is installed, and the current folder is an empty one."""
    package = package_in(tmp_path / "site-packages", is_checkout=False)
    monkeypatch.setattr(config_files, "package_folder", lambda: package)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return package


def test_in_a_checkout_the_shipped_layer_is_its_config_folder(tmp_path: Path) -> None:
    package = package_in(tmp_path, is_checkout=True)
    assert shipped(package) == tmp_path / "config"


def test_a_stale_packaged_copy_of_an_editable_install_is_not_used(tmp_path: Path) -> None:
    package = package_in(tmp_path, is_checkout=True)
    assert (package / "shipped" / "watches.yaml").is_file()
    assert shipped(package) == tmp_path / "config"


def test_elsewhere_the_shipped_layer_is_the_packaged_copy(tmp_path: Path) -> None:
    package = package_in(tmp_path, is_checkout=False)
    assert shipped(package) == package / "shipped"


def test_a_folder_of_another_project_beside_the_package_is_no_checkout(tmp_path: Path) -> None:
    package = package_in(tmp_path, is_checkout=False)
    write(tmp_path, {"pyproject.toml": '[project]\nname = "other"\n', "config/x.yaml": ""})
    assert checkout(package) is None
    assert shipped(package) == package / "shipped"


def test_these_tests_run_in_a_checkout_whose_state_lies_in_var() -> None:
    root = Path(__file__).resolve().parents[1]
    found = locate(None, {})
    assert (found.shipped, found.state) == (root / "config", root / "var")


def test_config_is_looked_for_in_the_order_of_the_contract(installed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "wirewatch").mkdir(parents=True)
    (tmp_path / "xdg" / "wirewatch").mkdir(parents=True)
    for name in ("named", "variable"):
        (tmp_path / name).mkdir()
    environ = {"HOME": str(home)}

    assert locate(None, environ).config == home / ".config" / "wirewatch"
    environ["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    assert locate(None, environ).config == tmp_path / "xdg" / "wirewatch"
    Path("config").mkdir()
    assert locate(None, environ).config == Path("config")
    environ["WIREWATCH_CONFIG"] = str(tmp_path / "variable")
    assert locate(None, environ).config == tmp_path / "variable"
    assert locate(tmp_path / "named", environ).config == tmp_path / "named"


def test_without_any_config_the_shipped_layer_is_left(installed: Path, tmp_path: Path) -> None:
    found = locate(None, {"HOME": str(tmp_path / "nobody")})
    assert found.config is None or found.config == Path("/etc/wirewatch")
    assert found.shipped == installed / "shipped"


@pytest.mark.parametrize("by_option", [True, False])
def test_a_named_folder_that_does_not_exist_is_an_error(installed: Path, by_option: bool) -> None:
    named = Path("nowhere")
    with pytest.raises(ConfigErrors) as caught:
        locate(named if by_option else None, {} if by_option else {"WIREWATCH_CONFIG": "nowhere"})
    who = "--config" if by_option else "WIREWATCH_CONFIG"
    assert str(caught.value) == f"nowhere: {who}: found nothing, expected a folder with config files"


def test_state_lies_where_systemd_or_the_xdg_rules_say(installed: Path, tmp_path: Path) -> None:
    environ = {"HOME": "/home/x"}
    assert locate(None, environ).state == Path("/home/x/.local/state/wirewatch")
    environ["XDG_STATE_HOME"] = "relative/counts/as/unset"
    assert locate(None, environ).state == Path("/home/x/.local/state/wirewatch")
    environ["XDG_STATE_HOME"] = "/var/home/state"
    assert locate(None, environ).state == Path("/var/home/state/wirewatch")
    environ["STATE_DIRECTORY"] = "/var/lib/wirewatch:/var/lib/other"
    assert locate(None, environ).state == Path("/var/lib/wirewatch")
