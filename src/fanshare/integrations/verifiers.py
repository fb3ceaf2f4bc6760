"""The signature checks by kind of connection. Light on purpose: this is all the edge knows about shops."""

from collections.abc import Mapping
from types import MappingProxyType

from fanshare.integrations.generic.verify import verify as verify_generic
from fanshare.integrations.orders_file.verify import verify as verify_nothing
from fanshare.integrations.postback.verify import verify as verify_postback
from fanshare.integrations.shopify.verify import verify as verify_shopify
from fanshare.integrations.stripe.verify import verify as verify_stripe
from fanshare.integrations.types import Verify
from fanshare.integrations.woocommerce.verify import verify as verify_woocommerce

VERIFIERS: Mapping[str, Verify] = MappingProxyType(
    {
        "woocommerce": verify_woocommerce,
        "shopify": verify_shopify,
        "generic": verify_generic,
        "import": verify_nothing,
        "postback": verify_postback,
        "stripe": verify_stripe,
    }
)
