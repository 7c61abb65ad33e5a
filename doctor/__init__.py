"""`--doctor`: looks at everything that Hearth needs of its machine, and says what to mend. Writes nothing.

It asks by itself, with the plainest means, and not through the parts that it examines.
"""
