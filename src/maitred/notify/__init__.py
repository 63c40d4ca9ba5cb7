"""What is sent to guests and staff, and how it leaves the house.

`letters` writes a message in a language, `calendar` the file that goes with it, `mail` both as a mail. The transports
(`smtp`, `gateway`, `log`) send one message and say how it went; who sends what and when is decided elsewhere.
"""
