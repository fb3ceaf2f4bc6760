"""What ``fanshare install`` writes: right for systemd and the proxies, written once, edits kept, taken back whole."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fanshare.config.settings_file import parsed, with_file
from fanshare.core.errors import BadInputError
from fanshare.edge.app import PAGES, PREFIXES
from fanshare.upkeep.installing import apply, plan, proxies, units
from fanshare.upkeep.installing.apply import Machine
from fanshare.upkeep.installing.checks import Facts, Program, gather, judge
from fanshare.upkeep.installing.choice import Certificate, Choice
from tests.cli.conftest import Terminal

CHOICE = Choice(domain="share.example.org", program=Path(shutil.which("true") or "/bin/true"), proxy="caddy")
HEALTHY = Facts(
    root=True, system="debian", release="12", systemd=True, space=50 << 30, memory=4 << 30,
    programs=(Program(Path("/opt/fanshare/.venv/bin/fanshare"), True, 0),), proxies=("caddy", "nginx"), listeners={},
    addresses=frozenset({"192.0.2.7"}), domain=frozenset({"192.0.2.7"}), certificate=True,
)  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory that stands for a machine."""
    return tmp_path / "machine"


@pytest.fixture
def otto(root: Path) -> Callable[..., Any]:
    """``otto("--proxy", "nginx")`` installs there; returns the document."""

    def install(*args: str, exit_code: int = 0) -> Any:
        domain = ("--domain", "share.example.org")
        return Terminal({"FANSHARE_HOME": str(root / "unused")}).ask(
            "install", *domain, "--root", str(root), *args, exit_code=exit_code
        )

    return install


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """What systemd says about the units in a folder."""
    names = [str(path) for path in sorted(folder.glob("fanshare*"))]
    return subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("external", [False, True])
def test_systemd_takes_the_units_and_would_notice_a_wrong_one(tmp_path: Path, external: bool) -> None:
    made = units.units(replace(CHOICE, external_database=external))
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    assert (verified(tmp_path).returncode, verified(tmp_path).stderr) == (0, "")
    assert set(units.enabled(replace(CHOICE, external_database=external))) <= set(made)
    assert (units.DATABASE in made) is not external
    edge = tmp_path / units.EDGE
    edge.write_text(edge.read_text().replace("NoNewPrivileges=yes", "NoNewPrivilages=yes"))
    assert "NoNewPrivilages" in verified(tmp_path).stderr


def exposure(path: Path) -> int:
    """How open a service is, in tenths: 0 is closed, 100 wide open."""
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--json=off", "--threshold=100", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    line = next(line for line in said.splitlines() if "Overall exposure" in line)
    return round(10 * float(line.split(":")[1].split()[0]))


def test_every_service_is_closed_in(tmp_path: Path) -> None:
    made = {name: text for name, text in units.units(CHOICE).items() if name.endswith(".service") and name != units.ALL}
    for name, text in made.items():
        (tmp_path / name).write_text(text)
        assert exposure(tmp_path / name) <= 25, name
        assert "LimitCORE=0" in text
        assert "User=fanshare" in text
    open_ = tmp_path / units.EDGE
    open_.write_text("\n".join(line for line in made[units.EDGE].splitlines() if not line.startswith("Protect")))
    assert exposure(open_) > 25


def test_everything_comes_back_after_a_reboot_and_waits_for_what_it_needs() -> None:
    made = units.units(CHOICE)
    for name in (units.DATABASE, units.EDGE, units.WEB, units.WORK):
        text = made[name]
        assert "WantedBy=fanshare.service" in text
        assert "PartOf=fanshare.service" in text
        assert "Restart=always" in text
        assert "StartLimitIntervalSec=0" in text
        assert ("Requires=fanshare-database.service" in text) is (name in (units.WEB, units.WORK))
        assert ("FANSHARE_DATABASE_KEPT=yes" in text) is (name in (units.WEB, units.WORK))
    assert "WantedBy=multi-user.target" in made[units.ALL]
    assert "Persistent=yes" in made["fanshare-backup.timer"]


def caddy(text: str) -> subprocess.CompletedProcess[str]:
    """What Caddy makes of a configuration."""
    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", "/dev/stdin"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_caddy_sends_the_paths_of_the_edge_there_and_the_rest_to_the_pages() -> None:
    done = caddy(proxies.caddy(CHOICE))
    assert done.returncode == 0, done.stderr
    [site] = json.loads(done.stdout)["apps"]["http"]["servers"]["srv0"]["routes"]
    assert site["match"] == [{"host": ["share.example.org"]}]
    text = json.dumps(site)
    matched = [one["match"][0]["path"] for one in site["handle"][0]["routes"] if "path" in str(one.get("match"))]
    assert matched == [[*(f"{prefix}*" for prefix in PREFIXES), *PAGES]]
    assert text.count('"dial": "127.0.0.1:8701"') == text.count('"dial": "127.0.0.1:8702"') == 1
    assert text.index("8701") < text.index("8702")
    assert '"max_size": 1048576' in text
    assert caddy(proxies.caddy(CHOICE).replace("reverse_proxy", "reverse_praxy")).returncode != 0


def test_without_a_certificate_nginx_only_lets_one_be_fetched() -> None:
    before = proxies.nginx(replace(CHOICE, proxy="nginx"))
    assert "acme-challenge" in before
    assert "443" not in before
    after = proxies.nginx(replace(CHOICE, proxy="nginx", certificate=Certificate(Path("/c"), Path("/k"))))
    assert "return 301 https" in after
    assert "listen [::]:443 ssl" in after
    assert "[::]" not in proxies.nginx(replace(CHOICE, proxy="nginx", ipv6=False))


def test_a_dry_run_shows_everything_and_writes_nothing(otto: Callable[..., Any], root: Path) -> None:
    shown = otto("--dry-run", "--proxy", "nginx")
    assert not root.exists()
    assert {one["path"] for one in shown["files"]} >= {
        "/etc/systemd/system/fanshare-edge.service", "/etc/nginx/conf.d/fanshare.conf", "/usr/local/bin/fanshare",
    }  # fmt: skip
    assert any(command.startswith("systemctl enable") for command in shown["commands"])
    otto("--proxy", "nginx")
    passphrase = (root / "etc/fanshare/backup-passphrase").read_text().strip()
    assert len(passphrase) >= 32
    assert passphrase not in json.dumps(otto("--dry-run", "--proxy", "nginx"))


def test_a_second_run_changes_nothing(otto: Callable[..., Any], root: Path) -> None:
    first = otto("--proxy", "nginx")
    before = tree(root)
    assert len(first["changed"]) > 10
    assert otto("--proxy", "nginx")["changed"] == []
    assert tree(root) == before
    assert (root / "etc/fanshare/backup-passphrase").stat().st_mode & 0o777 == 0o640
    assert (root / "usr/local/bin/fanshare").stat().st_mode & 0o777 == 0o755


def test_what_an_operator_edited_stays(otto: Callable[..., Any], root: Path) -> None:
    otto("--proxy", "nginx")
    edge, settings = root / "etc/systemd/system/fanshare-edge.service", root / "etc/fanshare/fanshare.env"
    edge.write_text(edge.read_text() + "# mine\n")
    settings.write_text(settings.read_text() + "FANSHARE_WEB_THREADS=2\n")
    otto("--proxy", "nginx", "--keep", "5")
    assert edge.read_text().endswith("# mine\n")
    assert not (root / "etc/systemd/system/fanshare-edge.service.new").read_text().endswith("# mine\n")
    assert settings.read_text().endswith("FANSHARE_WEB_THREADS=2\n")
    assert "--keep 5" in (root / "etc/systemd/system/fanshare-backup.service").read_text()
    gone = otto("--uninstall")
    assert gone["edited"] == ["/etc/systemd/system/fanshare-edge.service"]
    assert edge.exists()


def test_another_proxy_takes_the_place_of_the_first(otto: Callable[..., Any], root: Path) -> None:
    caddyfile = root / "etc/caddy/Caddyfile"
    caddyfile.parent.mkdir(parents=True)
    caddyfile.write_text(":80 {\n\tfile_server\n}")
    otto("--proxy", "caddy")
    assert caddyfile.read_text() == ":80 {\n\tfile_server\n}\nimport /etc/caddy/fanshare.caddy\n"
    otto("--proxy", "caddy")
    assert caddyfile.read_text().count("import") == 1
    otto("--proxy", "nginx")
    assert caddyfile.read_text() == ":80 {\n\tfile_server\n}\n"
    assert not (root / "etc/caddy/fanshare.caddy").exists()
    assert (root / "etc/nginx/conf.d/fanshare.conf").exists()


def test_an_uninstall_keeps_the_data_and_leaves_nothing_else(otto: Callable[..., Any], root: Path) -> None:
    otto("--proxy", "caddy")
    (root / "var/lib/fanshare/home/keys").mkdir()
    (root / "var/lib/fanshare/home/keys/master").write_text("the key")
    kept = otto("--uninstall")["kept"]
    assert set(tree(root)) == {
        "etc/caddy/Caddyfile", "etc/fanshare/backup-passphrase", "etc/fanshare/fanshare.env",
        "var/lib/fanshare/home/keys/master",
    }  # fmt: skip
    assert (root / "etc/caddy/Caddyfile").read_text() == ""
    assert "/var/lib/fanshare/home" in kept
    assert otto("--uninstall", exit_code=2)["error"]["code"] == "not_installed"


def test_a_configuration_that_the_proxy_refuses_is_taken_back(root: Path) -> None:
    machine = Machine(root)
    things = list(plan.files(replace(CHOICE, proxy="nginx"), "x" * 20))
    apply.write(machine, things)
    site = root / "etc/nginx/conf.d/fanshare.conf"
    before = site.read_bytes()
    again = Machine(root)
    changed = apply.write(again, list(plan.files(replace(CHOICE, proxy="nginx", domain="else.example.org"), "")))
    assert site.read_bytes() != before
    apply.take_back(again, changed)
    assert site.read_bytes() == before
    assert apply.write(Machine(root), things) == []


def test_another_domain_than_the_settings_say_is_asked_about(otto: Callable[..., Any], root: Path) -> None:
    otto("--proxy", "none")
    terminal = Terminal({})
    assert terminal.ask("install", "--root", str(root), "--proxy", "none")["changed"] == []
    other = ("install", "--root", str(root), "--domain", "other.example.org")
    assert terminal.ask(*other, exit_code=1)["error"]["code"] == "other_domain"
    assert terminal.refused("install", "--root", str(root / "x"), "--domain", "no domain") == "bad_domain"


@pytest.mark.parametrize(
    ("changed", "code", "level"),
    [
        ({"root": False}, "not_root", "bad"),
        ({"system": "fedora"}, "other_system", "bad"),
        ({"release": "11"}, "other_release", "warn"),
        ({"systemd": False}, "no_systemd", "bad"),
        ({"space": 4 << 30}, "disk_low", "warn"),
        ({"space": 100 << 20}, "disk_low", "bad"),
        ({"memory": 500 << 20}, "memory_low", "warn"),
        ({"programs": (Program(Path("/home/otto/fanshare"), True, 0),)}, "program_hidden", "bad"),
        ({"programs": (Program(Path("/opt/fanshare"), False, 0),)}, "program_closed", "bad"),
        ({"programs": (Program(Path("/opt/fanshare"), True, 1000),)}, "program_owner", "bad"),
        ({"listeners": {8701: "apache2"}}, "port_taken", "bad"),
        ({"listeners": {443: "apache2"}}, "port_taken", "bad"),
        ({"proxies": ("nginx",)}, "no_proxy", "bad"),
        ({"domain": frozenset()}, "domain_unknown", "warn"),
        ({"domain": frozenset({"198.51.100.1"})}, "domain_elsewhere", "warn"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_done(changed: dict[str, Any], code: str, level: str) -> None:
    assert judge(HEALTHY, CHOICE, start=True) == []
    [found] = judge(replace(HEALTHY, **changed), CHOICE, start=True)
    assert (found.code, found.level) == (code, level)
    assert found.sentence.endswith(".")


def test_nginx_without_a_certificate_says_how_to_get_one() -> None:
    [found] = judge(replace(HEALTHY, certificate=False), replace(CHOICE, proxy="nginx"), start=True)
    assert found.code == "no_certificate"
    assert "certbot certonly" in found.sentence


def test_this_machine_can_be_looked_at() -> None:
    facts = gather(replace(CHOICE, domain="localhost"))
    assert facts.memory > 0
    assert facts.programs[1].open in (True, False)
    assert isinstance(judge(facts, CHOICE, start=False), list)


def test_settings_lie_in_a_file_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "fanshare.env"
    file.write_text("# mail\n\nFANSHARE_URL=https://a.example\n FANSHARE_SMTP_PASSWORD = p=w d \n")
    found = with_file({"FANSHARE_SETTINGS": str(file), "FANSHARE_URL": "https://b.example"})
    assert found["FANSHARE_URL"] == "https://b.example"
    assert found["FANSHARE_SMTP_PASSWORD"] == "p=w d"
    with pytest.raises(BadInputError, match="line 2"):
        parsed("FANSHARE_URL=x\nPATH=/canary-secret\n", "f")
    with pytest.raises(BadInputError) as caught:
        parsed("canary-secret\n", "f")
    assert "canary" not in caught.value.message
    assert Terminal({"FANSHARE_SETTINGS": str(tmp_path / "none")}).refused("version") == "bad_setting"
