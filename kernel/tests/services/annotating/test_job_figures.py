"""What is counted of jobs."""

from mosaicfs.services.annotating.job_figures import JobFigures


def test_jobs_are_counted_by_their_end_and_spread_by_what_they_took() -> None:
    figures = JobFigures()
    for how, seconds in (("acked", 0.005), ("acked", 0.5), ("failed", 0.5), ("again", 100.0), ("back", 5.0)):
        figures.ended(how, seconds)
    told = figures.told()
    assert told["ended"] == {"acked": 2, "failed": 1, "again": 1}
    assert told["took"] == {"0.01": 1, "0.1": 1, "1.0": 3, "10.0": 3, "60.0": 3, "+Inf": 4}
    assert told["took_seconds"] == 101.005
