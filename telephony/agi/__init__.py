"""FastAGI: the way calls come in while the ARI application is away."""
