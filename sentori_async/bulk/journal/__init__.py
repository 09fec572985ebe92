"""The journal of a job: what was sent and what became of it, in one SQLite file.

1. A row's intent is durable before its request goes out, so what was sent is never forgotten.
2. A row's outcome follows as soon as the file is written next. Lost with the power or the process,
   it is found out anew, by the rules for lost answers.
3. One file holds one job, whatever the key, and one process has it at a time.
4. A file that is not a journal, or is damaged, or of a newer version, is never written to.
5. All access is in one thread of its own, which writes whatever has come up since it last wrote.
"""
