"""Bringing notices to their owner: what each channel is to carry, when, and that nothing is lost or told twice."""
