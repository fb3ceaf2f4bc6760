"""The reverse proxy in front: TLS for one domain, paths of the edge to the edge, everything else to the pages.

A signature of a shop is over raw bytes, so bodies pass unchanged. The visitor's address is the proxy's word alone:
whatever a client says of itself in ``X-Forwarded-For`` is dropped. Nothing is logged per request, because a line would
hold the visitor's address.
"""

from fanshare.edge.app import PAGES, PREFIXES
from fanshare.edge.settings import EdgeSettings
from fanshare.upkeep.installing.choice import ACME, CADDY_SITE, Choice

#: What the edge takes, and what the pages take. nginx has to say itself that a body is too large: an upstream that
#: answers before it has read the whole of it looks broken to nginx, and the shop would be told 502 and come again.
_EDGE_BODY, _BODY = EdgeSettings().max_body, 1 << 20
_HEADER = "# Written by `fanshare install`.\n"

_CADDY = """\
{domain} {{
	encode zstd gzip
	header -Server
	request_body {{
		max_size {body}
	}}
	@edge path {paths}
	handle @edge {{
		reverse_proxy 127.0.0.1:{edge}
	}}
	handle {{
		reverse_proxy 127.0.0.1:{web}
	}}
}}
"""

_NGINX_PLAIN = """\
server {{
    listen 80;
    listen [::]:80;
    server_name {domain};
    server_tokens off;
    access_log off;
    error_log /var/log/nginx/fanshare.log crit;
    location /.well-known/acme-challenge/ {{
        root {acme};
    }}
    location / {{
        return {answer};
    }}
}}
"""

_NGINX_TLS = """
upstream fanshare_edge {{
    server 127.0.0.1:{edge};
    keepalive 16;
}}

upstream fanshare_web {{
    server 127.0.0.1:{web};
}}

server {{
    listen 443 ssl http2;
    listen [::]:443 ssl http2;
    server_name {domain};
    ssl_certificate {chain};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:fanshare:5m;
    ssl_session_tickets off;
    server_tokens off;
    access_log off;
    error_log /var/log/nginx/fanshare.log crit;

    client_max_body_size {body};
    client_body_timeout 15s;
    client_header_timeout 15s;
    gzip on;
    gzip_types text/css text/javascript image/svg+xml;

    proxy_http_version 1.1;
    proxy_connect_timeout 5s;
    proxy_read_timeout 60s;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;

{locations}
    location / {{
        proxy_pass http://fanshare_web;
    }}
}}
"""

_NGINX_EDGE = """\
    {head} {{
        client_max_body_size {body};
        proxy_pass http://fanshare_edge;
    }}
"""


def caddy(choice: Choice) -> str:
    """A site of a Caddyfile (caddyserver.com/docs/caddyfile); Caddy itself gets and renews the certificate."""
    paths = " ".join([*(f"{prefix}*" for prefix in PREFIXES), *PAGES])
    return _HEADER + _CADDY.format(
        domain=choice.domain, body=_BODY, paths=paths, edge=choice.edge_port, web=choice.web_port
    )


def caddy_import() -> str:
    """The line by which a Caddyfile takes the site in."""
    return f"import {CADDY_SITE}"


def nginx(choice: Choice) -> str:
    """A file of ``conf.d``. Without a certificate it only lets certbot prove that the domain is ours."""
    found = choice.certificate
    answer = "503" if found is None else "301 https://$host$request_uri"
    plain = _HEADER + _NGINX_PLAIN.format(domain=choice.domain, acme=ACME, answer=answer)
    if found is None:
        return _listening(plain, choice)
    heads = [*(f"location {prefix}" for prefix in PREFIXES), *(f"location = {page}" for page in PAGES)]
    locations = "".join(_NGINX_EDGE.format(head=head, body=_EDGE_BODY) for head in heads)
    tls = _NGINX_TLS.format(
        domain=choice.domain, edge=choice.edge_port, web=choice.web_port, chain=found.chain, key=found.key, body=_BODY,
        locations=locations,
    )  # fmt: skip
    return _listening(plain + tls, choice)


def _listening(text: str, choice: Choice) -> str:
    """Where the machine knows no IPv6, nginx does not start with such an address."""
    return text if choice.ipv6 else "".join(line for line in text.splitlines(True) if "listen [::]" not in line)
