"""What windows hear of the world, and how they ask: connections that come back by themselves."""
