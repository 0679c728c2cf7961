"""Objects from columns are the same however they are made."""

from hypothesis import given
from hypothesis import strategies as st

from execution.shaping import MANY, Shaper

names = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,9}", fullmatch=True)
RESERVED = ("class", "None", "lambda", "zip", "columns", "v0", "v1", "__import__", "eval")


@given(
    st.lists(names | st.sampled_from(RESERVED), min_size=1, max_size=9, unique=True),
    st.lists(st.integers(0, 3) | st.integers(MANY - 1, MANY + 1), min_size=1, max_size=4),
)
def test_each_place_becomes_an_object_with_the_keys_in_their_order(
    keys: list[str], sizes: list[int]
) -> None:
    shaper = Shaper(tuple(keys))
    for size in sizes:
        columns = [[f"{key} {place}" for place in range(size)] for key in keys]

        made = shaper.objects(columns)

        assert [list(one.items()) for one in made] == [
            [(key, f"{key} {place}") for key in keys] for place in range(size)
        ]


def test_there_may_be_more_keys_than_arguments_of_a_function() -> None:
    keys = tuple(f"key{number}" for number in range(1_000))
    made = Shaper(keys).objects([[number] * MANY for number in range(1_000)])
    assert made == [dict(zip(keys, range(1_000), strict=True))] * MANY
