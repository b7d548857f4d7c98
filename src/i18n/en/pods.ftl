### Pods and their detail.
