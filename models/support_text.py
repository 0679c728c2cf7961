"""Texts that help people along."""

from tortoise import fields
from tortoise.models import Model


class SupportText(Model):
    """A useful link, a way to reach somebody, or a help topic, which operators may change."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(20, description="LINK, CONTACT or HELP")
    key = fields.CharField(60, description="What programs ask for it by")
    title = fields.CharField(200)
    body = fields.TextField(description="Plain text, paragraphs apart by an empty line")
    url = fields.CharField(500, null=True, description="Where to go, https:// or mailto:")
    place = fields.IntField(description="Its place among those of its kind")
    version = fields.IntField(default=1)
    changed_at = fields.DatetimeField()

    class Meta:
        """Table name and keys."""

        table = "support_text"
        unique_together = (("kind", "key"),)
