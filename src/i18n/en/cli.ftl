### The command line.

demo-serving = The embedded cluster is served until ctrl-c:
headless-no-answer = { $source }: no answer yet
