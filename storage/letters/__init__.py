"""Letters of a company's own wording: which names stand in them, and how they are rendered.

What a template makes is bounded, whatever stands in it: a process of its own renders it, which may
take so much time and memory and no more. What letters are about may not come in here.
"""

__all__ = ["names", "rendering"]
