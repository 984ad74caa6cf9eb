"""What takes minutes and is drawn from seeds: `python -m tests.sim`.

journeys   whole migrations in virtual time with drawn names, faults and crashes, each judged in the end
kills      the command line in processes of its own, moving many Services at once while they are killed
"""
