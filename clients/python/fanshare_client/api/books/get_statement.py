from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_statement_response import GetStatementResponse
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    party: str,
    *,
    older_size: int | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_older_size: int | None | Unset
    if isinstance(older_size, Unset):
        json_older_size = UNSET
    else:
        json_older_size = older_size
    params["older_size"] = json_older_size

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/statements/{party}".format(
            party=quote(str(party), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GetStatementResponse | Problem | None:
    if response.status_code == 200:
        response_200 = GetStatementResponse.from_dict(response.json())

        return response_200

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
) -> Response[GetStatementResponse | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    party: str,
    *,
    client: AuthenticatedClient,
    older_size: int | None | Unset = UNSET,
) -> Response[GetStatementResponse | Problem]:
    """The statement of one party

     Everything one party earned and why, with proofs: the file that ``fanshare verify`` checks offline.

    ``older_size`` is the size of the log in a statement you already have; then this one proves that
    nothing was
    changed since.

    Args:
        party (str):
        older_size (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetStatementResponse | Problem]
    """

    kwargs = _get_kwargs(
        party=party,
        older_size=older_size,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    party: str,
    *,
    client: AuthenticatedClient,
    older_size: int | None | Unset = UNSET,
) -> GetStatementResponse | Problem | None:
    """The statement of one party

     Everything one party earned and why, with proofs: the file that ``fanshare verify`` checks offline.

    ``older_size`` is the size of the log in a statement you already have; then this one proves that
    nothing was
    changed since.

    Args:
        party (str):
        older_size (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetStatementResponse | Problem
    """

    return sync_detailed(
        party=party,
        client=client,
        older_size=older_size,
    ).parsed


async def asyncio_detailed(
    party: str,
    *,
    client: AuthenticatedClient,
    older_size: int | None | Unset = UNSET,
) -> Response[GetStatementResponse | Problem]:
    """The statement of one party

     Everything one party earned and why, with proofs: the file that ``fanshare verify`` checks offline.

    ``older_size`` is the size of the log in a statement you already have; then this one proves that
    nothing was
    changed since.

    Args:
        party (str):
        older_size (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetStatementResponse | Problem]
    """

    kwargs = _get_kwargs(
        party=party,
        older_size=older_size,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    party: str,
    *,
    client: AuthenticatedClient,
    older_size: int | None | Unset = UNSET,
) -> GetStatementResponse | Problem | None:
    """The statement of one party

     Everything one party earned and why, with proofs: the file that ``fanshare verify`` checks offline.

    ``older_size`` is the size of the log in a statement you already have; then this one proves that
    nothing was
    changed since.

    Args:
        party (str):
        older_size (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetStatementResponse | Problem
    """

    return (
        await asyncio_detailed(
            party=party,
            client=client,
            older_size=older_size,
        )
    ).parsed
