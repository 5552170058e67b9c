"""What is held now: a collection per cluster and topic, with age, state and change signals."""
