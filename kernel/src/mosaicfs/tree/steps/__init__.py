"""The pipeline of steps that decides which files a gate or a mount entry lets through.

Steps are compiled once for each revision of a directory. A step that cannot be asked changes nothing and is a problem.
"""

from mosaicfs.tree.steps.faults import faults
from mosaicfs.tree.steps.op import Asked, Needs
from mosaicfs.tree.steps.pipeline import Steps, Verdict, compile_steps

__all__ = ["Asked", "Needs", "Steps", "Verdict", "compile_steps", "faults"]
