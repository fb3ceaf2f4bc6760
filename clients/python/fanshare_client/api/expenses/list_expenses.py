from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.expense_state import ExpenseState
from ...models.page_expense_out import PageExpenseOut
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    creator: None | str | Unset = UNSET,
    state: ExpenseState | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_creator: None | str | Unset
    if isinstance(creator, Unset):
        json_creator = UNSET
    else:
        json_creator = creator
    params["creator"] = json_creator

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, ExpenseState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/expenses",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PageExpenseOut | Problem | None:
    if response.status_code == 200:
        response_200 = PageExpenseOut.from_dict(response.json())

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
) -> Response[PageExpenseOut | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    creator: None | str | Unset = UNSET,
    state: ExpenseState | None | Unset = UNSET,
) -> Response[PageExpenseOut | Problem]:
    """Expenses that the brand pays back

     Lines of everybody or of one creator, oldest first: what was agreed, and what became of it.

    Args:
        limit (int | Unset): How many at most. Default: 50.
        cursor (str | Unset): `next_cursor` of the page before. Default: ''.
        creator (None | str | Unset):
        state (ExpenseState | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PageExpenseOut | Problem]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        creator=creator,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    creator: None | str | Unset = UNSET,
    state: ExpenseState | None | Unset = UNSET,
) -> PageExpenseOut | Problem | None:
    """Expenses that the brand pays back

     Lines of everybody or of one creator, oldest first: what was agreed, and what became of it.

    Args:
        limit (int | Unset): How many at most. Default: 50.
        cursor (str | Unset): `next_cursor` of the page before. Default: ''.
        creator (None | str | Unset):
        state (ExpenseState | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PageExpenseOut | Problem
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        creator=creator,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    creator: None | str | Unset = UNSET,
    state: ExpenseState | None | Unset = UNSET,
) -> Response[PageExpenseOut | Problem]:
    """Expenses that the brand pays back

     Lines of everybody or of one creator, oldest first: what was agreed, and what became of it.

    Args:
        limit (int | Unset): How many at most. Default: 50.
        cursor (str | Unset): `next_cursor` of the page before. Default: ''.
        creator (None | str | Unset):
        state (ExpenseState | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PageExpenseOut | Problem]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        creator=creator,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    creator: None | str | Unset = UNSET,
    state: ExpenseState | None | Unset = UNSET,
) -> PageExpenseOut | Problem | None:
    """Expenses that the brand pays back

     Lines of everybody or of one creator, oldest first: what was agreed, and what became of it.

    Args:
        limit (int | Unset): How many at most. Default: 50.
        cursor (str | Unset): `next_cursor` of the page before. Default: ''.
        creator (None | str | Unset):
        state (ExpenseState | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PageExpenseOut | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            creator=creator,
            state=state,
        )
    ).parsed
