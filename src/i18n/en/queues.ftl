### Queues.
