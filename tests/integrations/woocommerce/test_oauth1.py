"""OAuth 1.0a against published vectors."""

from hypothesis import given
from hypothesis import strategies as st

from fanshare.integrations.woocommerce.oauth1 import base_string, signature, signed_query
from fanshare.world.woo_server import oauth_signature


def test_the_base_string_of_rfc_5849_section_3_4_1_1() -> None:
    parameters = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("c2", ""),
        ("a3", "2 q"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]
    assert base_string("post", "http://EXAMPLE.com:80/request", parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26"
        "c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
        "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_the_signature_of_oauth_core_1_0_appendix_a() -> None:
    parameters = [
        ("file", "vacation.jpg"),
        ("size", "original"),
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1191242096"),
        ("oauth_nonce", "kllo9940pd9333jh"),
        ("oauth_version", "1.0"),
    ]
    base = base_string("GET", "http://photos.example.net/photos", parameters)
    assert signature(base, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00", digest="sha1") == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


@given(st.dictionaries(st.text("ab %&=+~", min_size=1), st.text("xy %&=+~/:"), max_size=4))
def test_two_ways_to_write_the_signature_down_agree(query: dict[str, str]) -> None:
    url = "http://127.0.0.1:8080/wp-json/wc/v3/orders"
    signed = signed_query("GET", url, query.items(), key="ck", secret="cs", now=1_700_000_000, nonce="n")
    name, value = signed.pop()
    assert name == "oauth_signature"
    assert value == oauth_signature("GET", url, signed, "cs")
