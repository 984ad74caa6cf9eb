"""What people and programs are told: progress, events, standing, trouble. Told, never asked.

Belongs here: turning values into text and JSON. Nothing here looks at the outside or decides; no line carries a secret,
as neither events nor plans do.

    progress     a run, live, for people at a terminal
    lines        a run, line by line, for a log
    json_lines   a run, an object a line, for programs
    ending       how a run ended
    status       where a journal stands
    trouble      an error, as people and as programs get it
    plan_*       a plan, as text, as Markdown, as JSON
"""
