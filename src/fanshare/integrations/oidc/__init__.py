"""OpenID Connect: a provider that says who somebody is. See the README beside this file."""
