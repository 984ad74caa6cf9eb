"""Every point where a process can die, dying there, and what a journey leaves behind in the end."""
