"""From a raw folder or a database to a project that builds: what is proposed, and from what.

One module a question; each reads relations and gives proposals with their evidence. What the
evidence does not settle is a question, never a guess.
"""
