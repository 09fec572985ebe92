"""How fast this SDK is, beside bare loops and other clients: ``python -m benchmarks``.

How it measures:

1. A stub server in a process of its own, on one core, answers every request with the same contact.
2. Each measurement is a fresh process on another core: it opens its connections, warms up, and is
   timed while it sends the given number of requests.
3. The clients alternate, round by round and starting with another one each time, so that a noisy
   machine is noisy for all of them.
   What is compared is compared within a round; tables show the median, the lowest and the highest.
4. Nothing is timed that is wrong: every result is looked at, the last ones field by field, and the
   server must have seen exactly as many requests as were to be sent.

What it costs a client to send a request is its processor time, user and system, all threads.
Ratios are ratios of that: unlike requests per second it does not count waiting for a busy core.
"""
