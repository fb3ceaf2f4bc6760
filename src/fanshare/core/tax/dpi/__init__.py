"""What a platform for several brands reports of its sellers once a year: DAC7, in the structure of the OECD's DPI.

Sources: Council Directive (EU) 2021/514, Annex V; OECD, Model Reporting Rules for Digital Platforms: XML Schema (DPI),
version 1.0, as public clients of tax authorities carry it. Decision 121 says what was read of it and what was not.
"""
