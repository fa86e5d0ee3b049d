"""Renders a chart with the Go code of Helm.

Reads {"chart": path, "cases": {name: values}} from standard input. Prints the manifests or the
error of each case, and what `helm lint` finds.
"""

import json
import sys

import helm_python

# The severity of advice, such as "icon is recommended".
INFO = 1

request = json.load(sys.stdin)
rendered = {}
with helm_python.Chart.load(request["chart"]) as chart:
    for name, values in request["cases"].items():
        try:
            files = chart.render(values, name="chat", namespace="talk")
            rendered[name] = {"files": files}
        except helm_python.HelmError as error:
            rendered[name] = {"error": str(error)}
lint = helm_python.lint(request["chart"], strict=True)
json.dump({"rendered": rendered, "lint": [it["error"] for it in lint["messages"] if it["severity"] > INFO]}, sys.stdout)
