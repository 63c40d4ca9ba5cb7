"""The commands that speak to a running maitred over HTTP: `import` and `replay`."""
