"""What is true, whoever asks: pure functions over facts. No clock, no randomness, no I/O, standard library only."""
