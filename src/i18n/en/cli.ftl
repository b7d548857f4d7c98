### The command line.

demo-serving = The embedded cluster is served until ctrl-c:
