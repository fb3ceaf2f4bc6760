"""The signature checks by kind of connection. Light on purpose: this is all the edge knows about shops."""

from collections.abc import Mapping
from types import MappingProxyType

from fanshare.integrations.generic.verify import verify as verify_generic
from fanshare.integrations.postback.verify import verify as verify_postback
from fanshare.integrations.shopify.verify import verify as verify_shopify
from fanshare.integrations.types import Verify
from fanshare.integrations.woocommerce.verify import verify as verify_woocommerce

VERIFIERS: Mapping[str, Verify] = MappingProxyType(
    {
        "woocommerce": verify_woocommerce,
        "shopify": verify_shopify,
        "generic": verify_generic,
        "postback": verify_postback,
    }
)
