"""What a mutation answers that has no object to show."""

import strawberry


@strawberry.type(description="It has been done, and there is nothing else to tell.")
class Done:
    """It has been done."""

    done: bool = strawberry.field(description="Always true.", default=True)
