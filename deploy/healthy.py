"""Whether the review desk or the schedule answers in this container: exit 0 when one does, 1 when neither."""

import sys
from http.client import HTTPConnection, HTTPException

PORTS = (8700, 4200)


def answers(port: int) -> bool:
    """Whatever is said (a redirection, a demand for a password) counts, but for an error of the server's own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not any(map(answers, PORTS)))
