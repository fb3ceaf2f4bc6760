from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.claim_in import ClaimIn
from ...models.claim_received import ClaimReceived
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ClaimIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/claims",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ClaimReceived | Problem | None:
    if response.status_code == 201:
        response_201 = ClaimReceived.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = Problem.from_dict(response.json())

        return response_405

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ClaimReceived | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ClaimIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[ClaimReceived | Problem]:
    """Claim a missing sale for somebody

     Write down that a creator or fan misses a sale, by an order's number or by a receipt.

    Every claim has the same answer; the same one again is no second. A party may make five a week. A
    fan names the
    creator for whom he shared. A receipt is shown to owners and managers of the brand alone, and counts
    as 40 requests.

    Args:
        idempotency_key (str | Unset):
        body (ClaimIn): A sale that somebody says is missing: an order's number or a receipt, and
            what speaks for it.

            ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or
            GIF picture or a PDF in
            base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the
            answer. Without a number a
            person of the brand finds the order by the receipt.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimReceived | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ClaimIn,
    idempotency_key: str | Unset = UNSET,
) -> ClaimReceived | Problem | None:
    """Claim a missing sale for somebody

     Write down that a creator or fan misses a sale, by an order's number or by a receipt.

    Every claim has the same answer; the same one again is no second. A party may make five a week. A
    fan names the
    creator for whom he shared. A receipt is shown to owners and managers of the brand alone, and counts
    as 40 requests.

    Args:
        idempotency_key (str | Unset):
        body (ClaimIn): A sale that somebody says is missing: an order's number or a receipt, and
            what speaks for it.

            ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or
            GIF picture or a PDF in
            base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the
            answer. Without a number a
            person of the brand finds the order by the receipt.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimReceived | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ClaimIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[ClaimReceived | Problem]:
    """Claim a missing sale for somebody

     Write down that a creator or fan misses a sale, by an order's number or by a receipt.

    Every claim has the same answer; the same one again is no second. A party may make five a week. A
    fan names the
    creator for whom he shared. A receipt is shown to owners and managers of the brand alone, and counts
    as 40 requests.

    Args:
        idempotency_key (str | Unset):
        body (ClaimIn): A sale that somebody says is missing: an order's number or a receipt, and
            what speaks for it.

            ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or
            GIF picture or a PDF in
            base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the
            answer. Without a number a
            person of the brand finds the order by the receipt.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimReceived | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ClaimIn,
    idempotency_key: str | Unset = UNSET,
) -> ClaimReceived | Problem | None:
    """Claim a missing sale for somebody

     Write down that a creator or fan misses a sale, by an order's number or by a receipt.

    Every claim has the same answer; the same one again is no second. A party may make five a week. A
    fan names the
    creator for whom he shared. A receipt is shown to owners and managers of the brand alone, and counts
    as 40 requests.

    Args:
        idempotency_key (str | Unset):
        body (ClaimIn): A sale that somebody says is missing: an order's number or a receipt, and
            what speaks for it.

            ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or
            GIF picture or a PDF in
            base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the
            answer. Without a number a
            person of the brand finds the order by the receipt.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimReceived | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
