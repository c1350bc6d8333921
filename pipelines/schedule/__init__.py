"""What runs by itself: Prefect's deployments, the flows that they start, what its page shows of them, and the letters that it sends."""
