"""Files as the ECB writes them."""

HEAD = "Date,USD,JPY,BGN,CYP,HUF,KRW,"
LINES = (
    "2026-11-26,1.1583,180.93,N/A,N/A,381.63,1693.35,",
    "2026-11-25,1.1540,180.4,N/A,N/A,382.1,1690.00,",
    "2025-12-31,1.1750,184.09,1.9558,N/A,385.33,1690.68,",
    "2007-12-31,1.4721,164.93,1.9558,0.585274,253.73,1377.96,",
)
HISTORY = "\n".join((HEAD, *LINES, "")).encode()
DAILY_CSV = b"Date, USD, JPY, HUF, \n26 November 2026, 1.1583, 180.93, 381.63, \n"


def envelope(*days: tuple[str, dict[str, str]]) -> bytes:
    """An XML file with these days."""
    cubes = "".join(
        f"<Cube time='{day}'>"
        + "".join(f"<Cube currency='{one}' rate='{per}'/>" for one, per in rates.items())
        + "</Cube>"
        for day, rates in days
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<gesmes:Envelope'
        ' xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        "\n<gesmes:subject>Reference rates</gesmes:subject>\n<gesmes:Sender>\n<gesmes:name>European Central Bank"
        f"</gesmes:name>\n</gesmes:Sender>\n<Cube>\n{cubes}</Cube>\n</gesmes:Envelope>"
    ).encode()


XML = envelope(("2026-11-26", {"USD": "1.1583", "JPY": "180.93", "HUF": "381.63"}))
