"""What tools/launch.py is made of: a module a step.

    options    the command line
    times      intervals in it
    faults     and faults: how they are written
    schema     holds a JSON document against its schema
    market     a topology, from options or from a file
    peers      elected markets: their part of the command line, and of a market
    nodes      the processes: started, watched, stopped
    scheduler  brings the faults about, and notes what the nodes say of them
    elections  what peers tell of theirs, and of their health
    decided    in which order requests were decided, by the logs
    run        one market from its first node to its last
    progress   the line that is redrawn while it runs
    books      the buyers' own books against the ledger, order by order
    sales      what was sold when
    aftermath  what came of the faults
    summary    what came of it, to read and as JSON
    scenarios  markets with a name
    verdict    and what must hold of them
"""
