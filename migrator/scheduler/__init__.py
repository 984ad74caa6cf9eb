"""Who ticks when: one migration at a time until fleets need more; the only loop, and it sleeps through the clock port."""
