import json
import re
from pathlib import Path

import pytest

from rater.ratings.tagging import tagged_items

TABLE = json.loads((Path(__file__).parent / "tagging_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "tagged"), TABLE["cases"])
def test_tags_are_whole_words_and_items_of_the_rating(text: str, tagged: list[str]) -> None:
    assert tagged_items(text, TABLE["items"]) == tuple(tagged)


def test_the_table_sees_a_rule_that_only_looks_for_the_letters() -> None:
    def loose(text: str) -> tuple[str, ...]:
        return tuple(item for item in TABLE["items"] if re.search(f"#{item}", text))

    assert [text for text, tagged in TABLE["cases"] if loose(text) != tuple(tagged)]
