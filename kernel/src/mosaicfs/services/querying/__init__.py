"""Asking the plugins of this machine, and how its other duties ask them through the agent."""
