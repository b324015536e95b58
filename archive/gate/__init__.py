"""The gate: the one place where stored rows become policy values, decisions are asked for, and permits are made."""

from archive.gate.gate import Gate, Looking

__all__ = ["Gate", "Looking"]
