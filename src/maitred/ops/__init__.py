"""The Ops screens: what a host and a shift manager run a service with, live and by keyboard.

Screens hold no rules. A page is read from the same views as the API's answers, an action is a use case called with the
scopes of the person's role, and what is offered is what the lifecycle allows.
"""
