"""Subscriptions to the news of a centre and of the viewer's own access."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

from auth.viewer import Viewer
from database.news import News, Watch, about_access, about_centre
from domain.vocabulary import NewsKind


def watched(
    news: News, viewer: Viewer, centre_id: int | None = None
) -> AbstractContextManager[Watch]:
    """Keep, from now on, whatever bears on the viewer's rights, and on a centre in view."""
    topics = [about_access(viewer.user_id), about_access(None)]
    if centre_id is not None:
        topics.append(about_centre(centre_id))
    return news.watch(*topics)


def kinds_of(heard: Iterable[str]) -> list[NewsKind]:
    """What is told of a centre; the rest was about the viewer."""
    held = set(heard)
    return [kind for kind in NewsKind if kind.value in held]
