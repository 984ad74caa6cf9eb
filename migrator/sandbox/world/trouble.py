"""The refusals that the doors pass on to a client, in each side's own words."""


class AwsError(Exception):
    """A refusal by an AWS service: its error code, its message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


class KubeError(Exception):
    """A refusal by the API server: HTTP status, reason and message of the Status object, and its details."""

    def __init__(self, status: int, reason: str, message: str, details: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.details = status, reason, message, details or {}
