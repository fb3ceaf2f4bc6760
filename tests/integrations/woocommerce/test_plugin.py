"""The WordPress plugin: the same zip every time, valid PHP, and the connector reads what it writes."""

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from fanshare.integrations.evidence import MAX_CLICKS
from fanshare.integrations.woocommerce.evidence import evidence_of
from fanshare.integrations.woocommerce.plugin import NAMES, plugin_zip

ARCHIVE = zipfile.ZipFile(io.BytesIO(plugin_zip()))
PHP = ARCHIVE.read("fanshare/fanshare.php").decode()
JS = ARCHIVE.read("fanshare/fanshare.js").decode()


def test_the_zip_is_the_same_whenever_it_is_built_and_holds_one_folder() -> None:
    assert hashlib.sha256(plugin_zip()).digest() == hashlib.sha256(plugin_zip()).digest()
    assert ARCHIVE.namelist() == [f"fanshare/{name}" for name in NAMES]
    assert ARCHIVE.testzip() is None
    assert {entry.date_time for entry in ARCHIVE.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_php_is_valid(tmp_path: Path) -> None:
    php = shutil.which("php")
    assert php is not None, "apt install php-cli"
    source = tmp_path / "fanshare.php"
    source.write_text(PHP)
    checked = subprocess.run([php, "-l", str(source)], capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_list_of_a_cookie_is_cleaned_and_cut_as_the_connector_cuts_it(tmp_path: Path) -> None:
    php = shutil.which("php")
    assert php is not None, "apt install php-cli"
    body = PHP[PHP.index("function fanshare_path") : PHP.index("/** Whether the visitor")]
    many = [f"c{number}" for number in range(30)]
    cookie = ".".join([*many, "c3", "<script>", "a" * 65, ""])
    script = tmp_path / "path.php"
    script.write_text(f"<?php const FANSHARE_MOST = 20; {body} echo implode(',', fanshare_path('{cookie}'));")
    said = subprocess.run([php, str(script)], capture_output=True, text=True, timeout=60, check=True).stdout
    assert said.split(",") == [many[0], *many[-19:]]
    order = {"meta_data": [{"key": "_fs_path", "value": said}]}
    assert evidence_of(order).clicks == tuple(said.split(","))


def test_wordpress_finds_what_it_looks_for_in_the_head() -> None:
    head = PHP[: PHP.index("*/")]
    for field in ("Plugin Name: ", "Version: ", "Requires PHP: ", "Requires Plugins: woocommerce", "License: "):
        assert field in head
    assert "defined( 'ABSPATH' ) || exit;" in PHP
    version = re.search(r"Version: (\S+)", head)
    assert version is not None
    assert f"Stable tag: {version[1]}" in ARCHIVE.read("fanshare/readme.txt").decode()


def test_nothing_is_kept_without_consent_and_nothing_is_sent() -> None:
    assert "wp_has_consent( 'marketing' )" in PHP
    assert "HTTP_SEC_GPC" in PHP
    assert 'wp_has_consent("marketing")' in JS
    assert "globalPrivacyControl" in JS
    for way_out in ("wp_remote_", "curl_", "file_get_contents", "fetch(", "XMLHttpRequest", "sendBeacon"):
        assert way_out not in PHP + JS


def test_both_checkouts_write_the_list_and_what_is_shown_is_escaped() -> None:
    assert "woocommerce_checkout_create_order" in PHP
    assert "woocommerce_store_api_checkout_update_order_meta" in PHP
    assert str(MAX_CLICKS) in re.findall(r"FANSHARE_MOST\s*= (\d+)", PHP)
    assert {"esc_html", "esc_url", "esc_attr"} <= set(re.findall(r"esc_\w+", PHP))
    assert "echo" not in PHP


def test_the_connector_reads_the_list_under_either_name() -> None:
    single = {"key": "_wc_order_attribution_utm_id", "value": "b"}
    for key in ("fs_path", "_fs_path"):
        evidence = evidence_of({"meta_data": [{"key": key, "value": "a,b"}, single]})
        assert (evidence.clicks, evidence.whole_path) == (("a", "b"), True)
    assert evidence_of({"meta_data": [single]}).whole_path is False
