"""Whose certificates the command line takes, and what it says of those that it does not take."""

import ssl

from acs.cli.errors import USAGE, CliError


def trusting(ca: str) -> ssl.SSLContext:
    """The TLS of a client that trusts the authorities of one PEM file alone.

    Raises:
        CliError: the file cannot be read, or holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as error:
        raise CliError(f"--ca: {ca}: no PEM certificates", USAGE) from error
    except OSError as error:
        raise CliError(f"--ca: {ca}: {error.strerror}", USAGE) from error


def refusal(error: BaseException, place: str) -> str:
    """Why TLS with a place did not come about; "" if that is not what went wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"{place}: its certificate is not trusted: {cause.verify_message}; authorities of "
                "your own are named by --ca, or in the context"
            )
        if isinstance(cause, ssl.SSLError):
            return f"{place}: TLS failed ({cause.reason or 'no reason given'}): is it http://?"
        cause = cause.__cause__ or cause.__context__
    return ""
