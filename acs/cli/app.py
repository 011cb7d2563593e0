"""The command group: which commands exist, where each lives, and how errors become exit codes.

A command's module is imported when that command runs, so that ``acs --help`` stays fast. What a
command does never goes in here.
"""

import importlib
import inspect
import io
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from acs.cli.errors import ERROR, EXIT_CODES, INTERRUPTED, OK, say_error
from acs.cli.session import context_option

FLEET, ROUTER, TESTS, DAEMON = "The fleet", "One router", "Tests by a router", "The daemon"
CASES = "The diagnosis on trial"
START = ("top", "devices", "show", "explain", "reboot", "commands")  # a day's work, in its order
SECTIONS = (FLEET, ROUTER, TESTS, DAEMON, CASES)


class Entry(NamedTuple):
    """Where a command lives (``module:attribute``), its line in ``acs --help``, and its part."""

    target: str
    summary: str
    section: str = DAEMON


COMMANDS: dict[str, Entry] = {
    "add": Entry("objects:add", "Add an instance to a table of a router.", ROUTER),
    "attributes": Entry(
        "parameters:attributes", "Show or change what a router notifies about.", ROUTER
    ),
    "audit": Entry("audit:audit", "Who did what, and whether the log of it is whole.", FLEET),
    "cancel": Entry("cancel:cancel", "Take back a command that waits.", FLEET),
    "cancel-transfer": Entry(
        "transfers:cancel_transfer", "Have a router give up a transfer.", ROUTER
    ),
    "certs": Entry("certs:certs", "Check the certificates of the listeners."),
    "check-config": Entry("service:check_config", "Check a configuration file."),
    "cohorts": Entry("cohorts:cohorts", "List firmwares that are worse than others.", FLEET),
    "commands": Entry("commands:commands", "List commands given to routers, newest first.", FLEET),
    "completion": Entry("completion:completion", "Print the completion script of a shell."),
    "contacts": Entry("contacts:contacts", "Contacts with subscribers.", FLEET),
    "contexts": Entry("contexts:contexts", "Give names to several daemons, and choose one."),
    "datamodel": Entry(
        "datamodel:datamodel", "Load data models that values are checked against.", FLEET
    ),
    "db": Entry("db:db", "Look after the database."),
    "delete": Entry("objects:delete", "Delete an instance of a table of a router.", ROUTER),
    "demo": Entry("service:demo", "Run the daemon with a fleet of virtual routers."),
    "devices": Entry("devices:devices", "List routers, with filters.", FLEET),
    "diagnose": Entry(
        "diagnose:diagnose", "Say what would help a router, or judge a case file.", ROUTER
    ),
    "download": Entry(
        "transfers:download", "Have a router fetch firmware or a configuration.", ROUTER
    ),
    "dsl-test": Entry("probes:dsl_test", "Test its DSL line.", TESTS),
    "effectiveness": Entry("effectiveness:effectiveness", "Say what reboots were worth.", FLEET),
    "enrol": Entry("enrol:enrol", "Let a router in and give it credentials.", FLEET),
    "evaluate": Entry(
        "evaluate:evaluate", "Say how good the diagnosis is on labelled cases.", CASES
    ),
    "events": Entry("events:events", "Say what happens in the fleet, as it happens.", FLEET),
    "explain": Entry("explain:explain", "Say what a verdict, a cause or a guard means.", FLEET),
    "factory-reset": Entry(
        "lifecycle:factory_reset", "Take a router back to its factory state.", ROUTER
    ),
    "files": Entry("files:files", "Give files to routers, and fetch what they uploaded.", FLEET),
    "gentle": Entry("gentle:gentle", "Try what disturbs less than a reboot.", ROUTER),
    "get": Entry("parameters:get", "Read parameters from a router.", ROUTER),
    "incidents": Entry(
        "incidents:incidents", "List incidents: places whose routers are lost together.", FLEET
    ),
    "manual": Entry("manual:manual", "Write the manual pages."),
    "names": Entry("parameters:names", "List a router's names at a path.", ROUTER),
    "nslookup": Entry("probes:nslookup", "Look up a name.", TESTS),
    "ping": Entry("probes:ping", "Ping a host.", TESTS),
    "plot": Entry("plot:plot", "Plot a vital of a router over time.", ROUTER),
    "reboot": Entry("reboot:reboot", "Reboot a router, unless a guard refuses.", ROUTER),
    "reboots": Entry("reboots:reboots", "Stop or resume all reboots.", FLEET),
    "refresh": Entry("parameters:refresh", "Collect a router's vitals now.", ROUTER),
    "remedies": Entry("remedies:remedies", "What was tried in contacts and helped.", FLEET),
    "replay": Entry("replay:replay", "Play a recorded conversation or message through the core."),
    "poll": Entry("poll:poll", "Poll devices that speak no TR-069, without the rest."),
    "rotate": Entry("rotate:rotate", "Give a router a new password to log in with.", ROUTER),
    "rpc": Entry("rpc:rpc", "Make any call of TR-069.", ROUTER),
    "schedule-inform": Entry("lifecycle:schedule_inform", "Have a router call later.", ROUTER),
    "self-test": Entry("probes:self_test", "Run its maker's own test.", TESTS),
    "serve": Entry("service:serve", "Run the daemon."),
    "set": Entry("parameters:set_values", "Set parameters of a router.", ROUTER),
    "show": Entry("show:show", "Show one router: verdict, evidence, trends, commands.", ROUTER),
    "software": Entry(
        "lifecycle:software", "Install, update, uninstall software of a router.", ROUTER
    ),
    "speedtest": Entry("probes:speedtest", "Measure throughput.", TESTS),
    "simulate": Entry("simulate:simulate", "Make labelled cases to try a diagnosis on.", CASES),
    "subscribers": Entry(
        "subscribers:subscribers", "Whose routers are whose, and where they hang.", FLEET
    ),
    "targets": Entry("targets:targets", "Devices that are polled by SNMP or SSH.", FLEET),
    "top": Entry("top:top", "Watch the fleet: who is ill, incidents, reboots.", FLEET),
    "timeline": Entry("timeline:timeline", "All that happened to a router.", FLEET),
    "tokens": Entry("tokens:tokens", "Make tokens for the API."),
    "traceroute": Entry("probes:traceroute", "Trace a route.", TESTS),
    "transfers": Entry("transfers:transfers", "List a router's downloads and uploads.", ROUTER),
    "tree": Entry("tree:tree", "Browse a router's tree as it is stored.", ROUTER),
    "udp-echo": Entry("probes:udp_echo", "Send datagrams to an echo server.", TESTS),
    "upload": Entry("transfers:upload", "Have a router send its configuration or log.", ROUTER),
    "virtual-router": Entry(
        "virtual:virtual_router", "Run virtual routers, from a dump of a real one too.", DAEMON
    ),
    "watch": Entry("follow:watch", "Watch one router: its card, kept up to date.", ROUTER),
    "webhooks": Entry("webhooks:webhooks", "Tell other systems' servers of events.", FLEET),
    "wifi-scan": Entry("probes:wifi_scan", "Look for neighbouring Wi-Fi networks.", TESTS),
}


class LazyGroup(click.Group):
    """A group whose commands are imported on use, and whose errors are one line on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module of one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry.target.split(":")
        command = getattr(importlib.import_module(f"acs.cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        keep_examples(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; of an unknown one, name those that are written nearly so."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, 3)
            if not near or args[0].startswith("-"):
                raise
            names = " or ".join(near)
            raise click.UsageError(f"no command {args[0]!r}; is {names} meant?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table, without importing any of them."""
        width = max(map(len, COMMANDS))
        with formatter.section("To begin with"):
            formatter.write_dl([(name.ljust(width), COMMANDS[name].summary) for name in START])
        for section in SECTIONS:
            rows = [
                (name.ljust(width), entry.summary)
                for name, entry in sorted(COMMANDS.items())
                if entry.section == section and name not in START
            ]
            with formatter.section(section):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete command names from the table, without importing any of them."""
        names = [name for name in sorted(COMMANDS) if name.startswith(incomplete)]
        return [
            *(CompletionItem(name, help=COMMANDS[name].summary) for name in names),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Run a command; errors become one line and the exit codes of ``acs --help``."""
        del standalone_mode, windows_expand_args
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.UsageError as error:
            hint = f" (see '{error.ctx.command_path} --help')" if error.ctx else ""
            say_error(error.format_message() + hint)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            say_error("interrupted")
            sys.exit(INTERRUPTED)
        except OSError as error:
            say_error(str(error))
            sys.exit(ERROR)
        sys.exit(code if isinstance(code, int) else OK)


_EXAMPLES = re.compile(r"\n\n(?=Examples?:\n)")


def keep_examples(command: click.Command) -> None:
    """Keep the lines of a help text's examples as they are; click would fill them into one."""
    command.help = _EXAMPLES.sub("\n\n\b\n", inspect.cleandoc(command.help or ""))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            keep_examples(each)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(package_name="acsd", message="acsd %(version)s")
@context_option
def app() -> None:
    """Look after a fleet of home routers: who is ill, what would help, and safe reboots.

    A ROUTER is a router's id or an unambiguous piece of it, such as the serial number. Commands
    speak to the daemon over its Unix socket, or with --url and --token over HTTP; names for several
    daemons are given with "acs contexts".

    Examples:
      acs devices --ill
      acs show SN123456
      acs reboot SN123456 --reason "ticket 4711" --wait
      acs commands SN123456
    """


keep_examples(app)


def main() -> None:
    """Entry point of the command ``acs``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal knows every letter
    app(prog_name="acs")
