"""What the console knows: typed projections of Kubernetes objects, states, findings and evidence.

Nothing in here does I/O, reads a clock or knows how an object reached it.
"""
