"""The fault harness: real calls, something breaks, and every second spoken is accounted for.

``python -m tests.faults`` runs it. A *fault* says what to break and how it recovers
(`tests.faults.fault`); a *round* lets callers call while it strikes (`tests.faults.rounds`); an
*account* compares what was said after the beep with what was kept (`tests.faults.accounts`).
"""
