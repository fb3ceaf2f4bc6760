"""What is asked of the GraphQL Admin API about discount codes, version 2026-10. Checked by the tests as ``queries``."""

_MONEY = "{ amount currencyCode }"

#: The discount behind a code, with a page of the codes that share it.
CODE = f"""
query FanshareCode($code: String!, $after: String) {{
  codeDiscountNodeByCode(code: $code) {{
    id
    codeDiscount {{
      __typename
      ... on DiscountCodeBasic {{
        title status endsAt usageLimit appliesOncePerCustomer
        customerGets {{
          value {{
            __typename
            ... on DiscountPercentage {{ percentage }}
            ... on DiscountAmount {{ appliesOnEachItem amount {_MONEY} }}
          }}
          items {{
            __typename
            ... on DiscountProducts {{
              products(first: 100) {{ pageInfo {{ hasNextPage }} nodes {{ legacyResourceId }} }}
              productVariants(first: 1) {{ nodes {{ legacyResourceId }} }}
            }}
          }}
        }}
        minimumRequirement {{
          __typename
          ... on DiscountMinimumSubtotal {{ greaterThanOrEqualToSubtotal {_MONEY} }}
        }}
        codes(first: 250, after: $after) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{ id code asyncUsageCount }}
        }}
      }}
    }}
  }}
}}
"""

_ERRORS = "userErrors { field code message }"

CREATE = f"""
mutation FanshareCodeCreate($discount: DiscountCodeBasicInput!) {{
  discountCodeBasicCreate(basicCodeDiscount: $discount) {{
    {_ERRORS}
    codeDiscountNode {{ id }}
  }}
}}
"""

#: More codes for a discount; Shopify makes them after it has answered. 250 at once.
ADD = f"""
mutation FanshareCodesAdd($discount: ID!, $codes: [DiscountRedeemCodeInput!]!) {{
  discountRedeemCodeBulkAdd(discountId: $discount, codes: $codes) {{
    {_ERRORS}
    bulkCreation {{ id done }}
  }}
}}
"""

DEACTIVATE = f"""
mutation FanshareCodeEnd($discount: ID!) {{
  discountCodeDeactivate(id: $discount) {{
    {_ERRORS}
    codeDiscountNode {{ id }}
  }}
}}
"""

#: Take single codes from a discount that others share; done after the answer.
REMOVE = f"""
mutation FanshareCodesRemove($discount: ID!, $codes: [ID!]) {{
  discountCodeRedeemCodeBulkDelete(discountId: $discount, ids: $codes) {{
    {_ERRORS}
    job {{ id done }}
  }}
}}
"""

#: What an order was spared, and by which codes.
SPENT = f"""
query FanshareSpent($id: ID!) {{
  order(id: $id) {{
    totalDiscountsSet {{ shopMoney {_MONEY} }}
    discountApplications(first: 50) {{
      pageInfo {{ hasNextPage }}
      nodes {{ __typename ... on DiscountCodeApplication {{ code }} }}
    }}
  }}
}}
"""
