"""What is asked of the GraphQL Admin API, version 2026-10. Checked by the tests against the types Shopify publishes."""

VERSION = "2026-10"

_MONEY = "{ shopMoney { amount currencyCode } }"

_ORDER = f"""
  legacyResourceId name createdAt processedAt updatedAt closedAt cancelledAt test email
  currencyCode presentmentCurrencyCode taxesIncluded dutiesIncluded
  displayFinancialStatus displayFulfillmentStatus
  totalPriceSet {_MONEY} totalTaxSet {_MONEY} totalTipReceivedSet {_MONEY}
  currentTotalPriceSet {_MONEY} totalOutstandingSet {_MONEY}
  customAttributes {{ key value }}
  discountApplications(first: 50) {{ nodes {{ __typename ... on DiscountCodeApplication {{ code }} }} }}
  customer {{ legacyResourceId defaultEmailAddress {{ emailAddress }} }}
  billingAddress {{ countryCodeV2 }} shippingAddress {{ countryCodeV2 }}
  fulfillments(first: 50) {{ createdAt status }}
  customerJourneySummary {{
    firstVisit {{ landingPage referrerUrl }}
    lastVisit {{ landingPage referrerUrl }}
  }}
"""

_LINES = f"""
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    id quantity sku isGiftCard requiresShipping product {{ legacyResourceId }}
    originalUnitPriceSet {_MONEY}
    discountAllocations {{ allocatedAmountSet {_MONEY} }}
    taxLines {{ priceSet {_MONEY} }}
    duties {{ price {_MONEY} }}
  }}
"""

#: One order with a page of its lines and the ids of its refunds.
ORDER = f"""
query FanshareOrder($id: ID!, $lines: Int!, $after: String) {{
  order(id: $id) {{
    {_ORDER}
    lineItems(first: $lines, after: $after) {{ {_LINES} }}
    refunds(first: 250) {{ id }}
  }}
}}
"""

#: Orders by the name that their buyers read, such as ``#1001``.
NUMBERED = """
query FanshareNumbered($query: String!) {
  orders(first: 10, query: $query) { nodes { legacyResourceId name } }
}
"""

#: One refund with a page of its lines.
REFUND = f"""
query FanshareRefund($id: ID!, $lines: Int!, $after: String) {{
  refund(id: $id) {{
    legacyResourceId createdAt processedAt
    refundLineItems(first: $lines, after: $after) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ lineItem {{ id }} quantity subtotalSet {_MONEY} totalTaxSet {_MONEY} }}
    }}
    transactions(first: 50) {{ pageInfo {{ hasNextPage }} nodes {{ kind status amountSet {_MONEY} }} }}
    refundShippingLines(first: 50) {{
      pageInfo {{ hasNextPage }}
      nodes {{ subtotalAmountSet {_MONEY} taxAmountSet {_MONEY} }}
    }}
    duties {{ amountSet {_MONEY} }}
    orderAdjustments(first: 50) {{ pageInfo {{ hasNextPage }} nodes {{ reason amountSet {_MONEY} }} }}
  }}
}}
"""

#: Orders by the time of their last change, oldest first.
CHANGES = f"""
query FanshareChanges($query: String!, $orders: Int!, $lines: Int!, $after: String) {{
  orders(first: $orders, after: $after, sortKey: UPDATED_AT, query: $query) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      {_ORDER}
      lineItems(first: $lines) {{ {_LINES} }}
      refunds(first: 1) {{ id }}
    }}
  }}
}}
"""

SUBSCRIPTIONS = """
query FanshareWebhooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id topic uri format includeFields filter apiVersion { handle } }
  }
}
"""

SUBSCRIBE = """
mutation FanshareSubscribe($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    userErrors { field message }
    webhookSubscription { id }
  }
}
"""

RESUBSCRIBE = """
mutation FanshareResubscribe($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
    userErrors { field message }
    webhookSubscription { id }
  }
}
"""
