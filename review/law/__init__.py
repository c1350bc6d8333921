"""What the law asks: objections, the answer to a person, terms after which things go."""
