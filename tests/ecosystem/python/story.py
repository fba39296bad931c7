"""One query, one mutation and one subscription by the client that ariadne-codegen generated."""

import asyncio
import json
import os
from datetime import UTC, date, datetime

from ballroom_client import Client, ErrorCode, SubmitFeedbackInput

AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


async def main() -> None:
    """Runs the story against the server that the environment names, and prints what it saw."""
    token = f"Bearer {os.environ['TOKEN']}"
    client = Client(
        url=os.environ["URL"],
        headers={"Authorization": token},
        ws_url=os.environ["SOCKET_URL"],
        ws_connection_init_payload={"Authorization": token},
    )
    async with client:
        answer = SubmitFeedbackInput(
            product="shop", scale="csat", rating=5, comment="finds everything", occurred_at=AT
        )
        submitted = (await client.submit_answer(answer)).submit_feedback
        assert submitted is not None and submitted.feedback is not None, submitted

        product = (await client.latest_answers("shop", 10)).product
        assert product is not None
        [latest] = product.feedback.nodes
        assert latest.id == submitted.feedback.id
        assert latest.occurred_at == AT
        assert latest.day == date(2026, 3, 1)

        answer = SubmitFeedbackInput(product="shop", scale="csat", rating=99)
        refused = (await client.submit_answer(answer)).submit_feedback
        assert refused is not None and refused.feedback is None
        assert [error.code for error in refused.user_errors] == [ErrorCode.INVALID_ARGUMENT]

        heard = await hears(client)
    print(json.dumps({"latest": latest.comment, "heard": heard}))


async def hears(client: Client) -> str | None:
    """The comment of the first answer that the subscription brings, while answers are submitted."""

    async def first() -> str | None:
        async for event in client.answer_received("shop"):
            return event.feedback_received.comment
        return None

    answer = SubmitFeedbackInput(product="shop", scale="csat", rating=3, comment="heard")
    listening = asyncio.create_task(first())
    while not listening.done():
        await client.submit_answer(answer)
        await asyncio.wait([listening], timeout=0.5)
    return listening.result()


asyncio.run(asyncio.wait_for(main(), timeout=60))
