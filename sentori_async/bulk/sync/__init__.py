"""Send what has changed since the last time, and nothing else.

1. The state file holds a digest of what each contact was last sent, put there only after success.
2. The whole input is read before anything is sent: what is to be sent waits in a temporary file.
   So of several rows of one contact the last one counts, and an input that breaks off, or lacks
   too many contacts, changes nothing.
3. A contact is marked as doubtful, durably, before its request goes out, and until its outcome is
   put down. Doubtful ones are sent again, whatever the digest says: an answer that was lost, or a
   process that was killed, may have left either value behind.
4. Memory does not grow with the rows, but for one bit per contact of the state.
5. All access to the file is in one thread of its own.
6. A dry run works on a copy of the state, so that it goes the very way of the sync it foretells.
"""
