"""The cases of the Autobahn test suite for WebSockets, run against a server of ours."""
