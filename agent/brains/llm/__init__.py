"""The LLM brain: a model has ideas, writes and mends; the built-in brain searches beside it, and in its place."""

from mlpilot.agent.brains.llm.brain import LlmBrain

__all__ = ["LlmBrain"]
