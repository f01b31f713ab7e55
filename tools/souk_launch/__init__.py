"""What tools/launch.py is made of: a module a step.

    options    the command line
    schema     holds a JSON document against its schema
    market     a topology, from options or from a file
    nodes      the processes: started, watched, stopped
    run        one market from its first node to its last
    progress   the line that is redrawn while it runs
    summary    what came of it, to read and as JSON
"""
