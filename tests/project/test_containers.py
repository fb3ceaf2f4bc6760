"""The container and compose files: what linters say, what they promise each other, and that each check can fail.

The image itself is built by ``make image`` where an engine is; docs/decisions/0024-containers.md says where it was.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from fanshare.upkeep.installing import proxies
from tests.support.tree import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
CADDYFILE = ROOT / "container" / "Caddyfile"
BIN = Path(sys.executable).parent

#: What is left open, and why: the proxy is there to be reached; a digest would keep Caddy from its fixes.
ACCEPTED = {("CL-0005", "caddy"), ("CL-0019", "caddy"), ("CL-0019", "fanshare")}


def hadolint(text: str) -> list[str]:
    """What hadolint says of a container file."""
    command = [str(BIN / "hadolint"), "--format", "json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    return [one["code"] for one in json.loads(done.stdout)]


def compose_lint(text: str, folder: Path) -> set[tuple[str, str]]:
    """What compose-lint says of a compose file: rule and service."""
    file = folder / "compose.yaml"
    file.write_text(text, "utf-8")
    command = [str(BIN / "compose-lint"), "check", "--format", "json", "--no-env", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return {(one["rule_id"], one["service"]) for one in json.loads(done.stdout)["findings"]}


def test_hadolint_has_nothing_to_say() -> None:
    assert hadolint(CONTAINERFILE) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("debian:13-slim AS", "debian AS", "DL3006"),
        ("USER 8700:8700\n", "USER root\n", "DL3002"),
        ("# hadolint ignore=DL3008\n", "", "DL3008"),
        ("WORKDIR /opt/fanshare", "WORKDIR opt", "DL3000"),
        ('CMD ["serve"', 'CMD serve "', "DL3025"),
    ],
)
def test_hadolint_notices_what_is_spoiled(old: str, new: str, code: str) -> None:
    assert old in CONTAINERFILE
    assert code in hadolint(CONTAINERFILE.replace(old, new))


def test_compose_lint_says_no_more_than_was_accepted(tmp_path: Path) -> None:
    assert compose_lint(COMPOSE, tmp_path) <= ACCEPTED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    init: true\n", "    privileged: true\n"),
        ("    cap_drop:\n      - ALL\n", ""),
        ("    read_only: true\n", ""),
        ("      - no-new-privileges:true\n", "      - seccomp:unconfined\n"),
        ("home:/var/lib/fanshare", "/var/run/docker.sock:/var/run/docker.sock"),
    ],
)
def test_compose_lint_notices_what_is_spoiled(old: str, new: str, tmp_path: Path) -> None:
    assert old in COMPOSE
    assert compose_lint(COMPOSE.replace(old, new), tmp_path) - ACCEPTED


def said(word: str) -> str:
    """The last line of the container file that begins with a word, without it."""
    return str(re.findall(rf"^{word} (.*)$", CONTAINERFILE, re.MULTILINE)[-1]).strip()


def test_the_image_runs_as_a_number_that_is_not_root_and_keeps_its_home_in_a_volume() -> None:
    uid, _, gid = said("USER").partition(":")
    assert int(uid) > 0 < int(gid)
    assert f"--uid {uid} " in CONTAINERFILE
    home = re.search(r"FANSHARE_HOME=(\S+)", CONTAINERFILE)
    assert home is not None
    assert home[1] in said("VOLUME").split()
    assert f"--mode=0700 {home[1]}" in CONTAINERFILE
    volumes = [one.partition(":")[2] for one in service("fanshare")["volumes"]]
    assert sorted(volumes) == sorted(said("VOLUME").split()), "nothing that lasts stays in the container"


def test_nothing_secret_can_get_into_the_image() -> None:
    """What goes in is named; everything else is left out first."""
    lines = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    named = {line[1:] for line in lines if line.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert named >= {"src", "scripts", "requirements", "pyproject.toml", project["readme"], *project["license-files"]}
    assert all((ROOT / name).exists() for name in named)
    for word in ("ARG ", "PASSWORD", "SECRET", "TOKEN", "_KEY"):
        assert word not in CONTAINERFILE


def test_what_the_files_say_of_each_other_is_true() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    fanshare, caddy = service("fanshare"), service("caddy")
    assert fanshare["image"] == f"localhost/fanshare:{version}"
    assert f"localhost/fanshare:{version}" in (ROOT / "Makefile").read_text("utf-8")
    ours, proxy = (one["networks"]["front"]["ipv4_address"] for one in (fanshare, caddy))
    assert fanshare["environment"]["FANSHARE_TRUSTED_PROXIES"] == proxy
    assert f"reverse_proxy {ours}:{said('EXPOSE')}" in CADDYFILE.read_text("utf-8")
    assert f":{said('EXPOSE')}/readyz" in CONTAINERFILE
    assert f"max_size {proxies._BODY}" in CADDYFILE.read_text("utf-8"), "as on a machine without containers"
    assert "ports" not in fanshare, "only the proxy is reached from outside"
    assert fanshare["mem_limit"] == "1g"


def test_caddy_takes_its_file_and_does_not_take_a_spoiled_one(tmp_path: Path) -> None:
    assert caddy_says(CADDYFILE.read_text("utf-8"), tmp_path) == 0
    assert caddy_says(CADDYFILE.read_text("utf-8").replace("encode", "encoed"), tmp_path) != 0


def caddy_says(text: str, folder: Path) -> int:
    file = folder / "Caddyfile"
    file.write_text(text, "utf-8")
    caddy = shutil.which("caddy")
    assert caddy is not None, "apt install caddy"
    command = [caddy, "validate", "--config", str(file), "--adapter", "caddyfile"]
    env = {"FANSHARE_DOMAIN": "share.example.org", "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=env, capture_output=True, timeout=60, check=False).returncode


def service(name: str) -> dict[str, Any]:
    """A service of the compose file."""
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"][name]
    return found
