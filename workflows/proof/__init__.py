"""The parts of the proof before publication; workflows.soundness puts them together."""
