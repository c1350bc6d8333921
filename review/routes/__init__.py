"""Who goes where: teams, rounds, walking order, route sheets."""
