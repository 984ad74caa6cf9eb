"""What takes minutes and is drawn from seeds: `python -m tests.sim`.

stages     in virtual time: drawn journeys, every crash once and twice, mutants of the engine, the small model
struck     the command line in processes of its own, moving many Services at once while they are killed
page       the figures of the last whole run, written into docs/promises.md
doubles    every pair of deaths, and every death followed by a rollback
wire       journeys and crash points through the real adapters
"""
