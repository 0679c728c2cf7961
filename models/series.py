"""Exam series: when results come out and when marks may be submitted."""

from tortoise import fields
from tortoise.models import Model


class ExamSeries(Model):
    """The results month of the series held in one month."""

    id = fields.BigIntField(primary_key=True)
    month = fields.CharField(10, unique=True, description="January, March, June or November")
    results_month = fields.IntField(description="1 to 12")
    results_year_offset = fields.IntField(description="0 for the same year, 1 for the next")

    class Meta:
        """Table name."""

        table = "exam_series"


class SubmissionWindow(Model):
    """When centre marks may be submitted, both days included."""

    id = fields.BigIntField(primary_key=True)
    series = fields.CharField(14, description="June 2010")
    unit = fields.CharField(20, default="", description="Empty for every unit of the series")
    opens_on = fields.DateField()
    closes_on = fields.DateField()

    class Meta:
        """Table name and keys."""

        table = "submission_window"
        unique_together = (("series", "unit"),)
