### What went wrong outside the config.

trouble-unreachable = { $source } can't be reached
trouble-timed-out = { $source } does not answer in time
trouble-unauthorized = { $source } does not know us (401)
trouble-forbidden = { $source } may not be read (403)
trouble-throttled = { $source } asks us to slow down (429)
trouble-server-error = { $source } has an error of its own
trouble-not-the-api = what answers is not { $source }
trouble-bad-question = { $source } refused the question
trouble-absent = the server has no { $source }
