"""`voicepost employees`: people with phones, and where their calls go when they cannot answer."""

from typing import Any, Literal

import click

from commands.context import App
from commands.terminal.action_syntax import FORWARD, SOUND, days_in_words, spell, usages
from commands.terminal.destinations import destination_options, list_or_change
from commands.terminal.office_options import change, company_option, json_option
from commands.terminal.pins import pin_command, pin_in_words
from commands.terminal.tables import print_json, print_table
from storage.companies.reassigning import OldMessages, reassign
from storage.office import Employee, ForwardAction, Office, as_data, make_part
from storage.office.edit import entry, with_entry, with_fields, without_entry
from storage.office.notify import AnyDestination
from storage.office.told import told

WORDS = f"""A forwarding ACTION is written in words:

\b
{usages(forwarding=True)}"""

Rule = Literal["always", "busy", "no-answer", "unreachable"]


@click.group()
def group() -> None:
    """List, change and remove employees, and forward their calls."""


group.add_command(pin_command)


@group.command("list")
@click.option("--former", is_flag=True, help="Those who are gone and whose messages are there.")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, former: bool, company: str | None, as_json: bool) -> None:
    """List the employees."""
    if former:
        _list_former(app, company, as_json=as_json)
        return
    employees = app.offices.get(company).employees
    if as_json:
        print_json([{"extension": e, **as_data(employee)} for e, employee in employees.items()])
    else:
        print_table(
            ("EXTENSION", "NAME", "NUMBERS", "ENDPOINT", "RINGS", "FORWARDING"),
            (
                (
                    extension,
                    employee.name,
                    ", ".join(employee.numbers),
                    employee.endpoint,
                    f"{employee.ring_timeout:g} s",
                    "; ".join(f"{rule}: {words}" for rule, words in _forwarding(employee)),
                )
                for extension, employee in employees.items()
            ),
        )


@group.command()
@click.argument("extension")
@company_option
@json_option
@click.pass_obj
def show(app: App, extension: str, company: str | None, as_json: bool) -> None:
    """Show an employee."""
    site = app.offices.site(company)
    employee = entry(site.office.employees, extension, "employee")
    pin = app.pins.state(site.company_id, extension)
    if as_json:
        print_json({"extension": extension, **as_data(employee), "pin": pin.as_json()})
        return
    print_table(
        ("SETTING", "VALUE"),
        (
            ("name", employee.name),
            ("numbers", ", ".join(employee.numbers)),
            ("endpoint", employee.endpoint),
            ("ring timeout", f"{employee.ring_timeout:g} s"),
            ("greeting", employee.greeting or "the bundled one"),
            ("messages are kept", days_in_words(employee.keep_days, "as long as the company's")),
            (
                "what is probably empty",
                days_in_words(employee.quiet_days, "as long as the company's"),
            ),
            ("lamp", "own and company's messages" if employee.company_lamp else "own messages"),
            ("PIN", pin_in_words(pin)),
            *((f"forward {rule}", words) for rule, words in _forwarding(employee)),
        ),
    )


@group.command("set")
@click.argument("extension")
@click.option("--name", help="The person's name.")
@click.option(
    "--endpoint",
    help="Asterisk's dial string of the phone.  [new: as the company's pattern says]",
)
@click.option("--number", "numbers", multiple=True, help="A number of the person's; repeatable.")
@click.option("--ring-timeout", type=float, help="Seconds the phone rings.  [new: 20]")
@click.option("--greeting", type=SOUND, help="The person's own voicemail greeting.")
@click.option("--no-greeting", is_flag=True, help="Play the bundled greeting.")
@click.option("--keep-days", type=int, help="The person's messages go to the trash after so long.")
@click.option("--keep-as-company", is_flag=True, help="They are kept as long as the company's.")
@click.option("--quiet-days", type=int, help="What is probably empty lies aside for so long.")
@click.option("--quiet-as-company", is_flag=True, help="As long as the company's.")
@click.option(
    "--company-lamp/--no-company-lamp",
    default=None,
    help="The phone's lamp tells of the company's new messages, too.",
)
@company_option
@click.pass_obj
def set_command(
    app: App,
    /,
    extension: str,
    company: str | None,
    numbers: tuple[str, ...],
    no_greeting: bool,
    keep_as_company: bool,
    quiet_as_company: bool,
    **settings: object,
) -> None:
    """Change the employee of EXTENSION, or add one (a new one needs --name)."""
    allowance = app.offices.site(company).allowance

    def with_employee(office: Office) -> Office:
        before = office.employees.get(extension)
        if before is None:
            if settings["name"] is None:
                raise click.ClickException(
                    f"there is no employee {extension}; to add one, give the --name"
                )
            # The extension is checked with the whole office, which knows where it stands.
            before = make_part(Employee, name=settings["name"], endpoint="PJSIP/new")
            phone = allowance.usual_endpoint(extension) or f"PJSIP/{extension}"
            before = with_fields(before, endpoint=phone, numbers=(extension,))
        after = with_fields(before, numbers=numbers or None, **settings)
        if no_greeting:
            after = after.model_copy(update={"greeting": None})
        if keep_as_company:
            after = after.model_copy(update={"keep_days": None})
        if quiet_as_company:
            after = after.model_copy(update={"quiet_days": None})
        return with_fields(office, employees=with_entry(office.employees, extension, after))

    change(app, company, with_employee)


@group.command(epilog=WORDS)
@click.argument("extension")
@click.argument("rule", type=click.Choice(["always", "busy", "no-answer", "unreachable"]))
@click.argument("action", type=FORWARD, required=False)
@click.option("--after", type=float, help="With no-answer: seconds of ringing before it.")
@click.option("--remove", is_flag=True, help="Take the rule away.")
@company_option
@click.pass_obj
def forward(
    app: App,
    *,
    extension: str,
    rule: Rule,
    action: ForwardAction | None,
    after: float | None,
    remove: bool,
    company: str | None,
) -> None:
    """Forward calls for EXTENSION: by RULE, to ACTION."""
    if (action is None) != remove:
        raise click.UsageError("give either an action or --remove")
    if after is not None and (rule != "no-answer" or remove):
        raise click.UsageError("--after goes with no-answer and an action")
    rules: dict[str, object] = {rule.replace("-", "_"): action}
    if rule == "no-answer":
        rules["no_answer_after"] = after

    def with_rule(office: Office) -> Office:
        before = entry(office.employees, extension, "employee")
        changed = with_fields(before, forward=before.forward.model_copy(update=rules))
        return with_fields(office, employees=with_entry(office.employees, extension, changed))

    change(app, company, with_rule)


@group.command("reassign")
@click.argument("extension")
@click.option("--name", required=True, help="The successor's name.")
@click.option(
    "--messages",
    type=click.Choice(["keep", "hand-over"]),
    required=True,
    help="Whose the old messages are: they stay with the predecessor, or go to the successor.",
)
@company_option
@click.pass_obj
def reassign_command(
    app: App, extension: str, name: str, messages: OldMessages, company: str | None
) -> None:
    """Give EXTENSION to somebody else.

    Phone, numbers and forwarding stay as they are; the predecessor's greeting goes. Accounts
    stay with the predecessor, and see nothing of what comes from now on. Messages that stay are
    kept as long as the company's: days set for EXTENSION (--keep-days) stay with EXTENSION.
    """
    reassign(app.offices, company, extension, name, messages=messages, by=app.actor)


@group.command()
@click.argument("extension")
@company_option
@click.pass_obj
def remove(app: App, extension: str, company: str | None) -> None:
    """Remove an employee; nothing may lead to them any more.

    Their messages stay, and are kept as long as the company's: days of their own go with them.
    """
    change(
        app,
        company,
        lambda office: with_fields(
            office, employees=without_entry(office.employees, extension, "employee")
        ),
    )


def _list_former(app: App, company: str | None, *, as_json: bool) -> None:
    """Former employees; `messages list --employee ID` lists what was left for them."""
    company_id = app.offices.site(company).company_id
    people = [who for who in app.messages.people(company_id) if not who.is_present]
    if as_json:
        print_json([{"id": p.id, "extension": p.extension, "name": p.name} for p in people])
    else:
        print_table(("HAD", "NAME", "ID"), ((p.extension, p.name, p.id) for p in people))


def _forwarding(employee: Employee) -> list[tuple[str, str]]:
    """The rules of an employee, in words."""
    forward = employee.forward
    after = forward.no_answer_after
    late = "" if after is None else f" after {after:g} s"
    rules = (
        ("always", spell(forward.always)),
        ("busy", spell(forward.busy)),
        ("no-answer", spell(forward.no_answer) and spell(forward.no_answer) + late),
        ("unreachable", spell(forward.unreachable)),
    )
    return [(rule, words) for rule, words in rules if words]


def _alone(options: dict[str, Any]) -> bool:
    """Whether there is but one option."""
    said = [value for value in options.values() if value not in (None, ()) and value is not False]
    return len(said) == 1


@group.command("notify")
@click.argument("extension")
@destination_options
@company_option
@json_option
@click.pass_obj
def notify_command(
    app: App, /, extension: str, company: str | None, as_json: bool, **options: Any
) -> None:
    """List who is told of the messages of EXTENSION, or change that for one destination.

    Addresses that the employee set are listed as own; --remove removes them, too.
    """
    site = app.offices.site(company)
    entry(site.office.employees, extension, "employee")
    addresses = app.own_addresses
    who = addresses.person(site.company_id, extension)
    own = addresses.of(who) if who else []
    asked, reminder = options["remove"], options["reminder"]
    if who and asked is not None and _alone({**options, "reminder": False}):

        def is_meant(there: AnyDestination) -> bool:
            return there.is_at(asked) and (there.is_reminder or not reminder)

        found = [each for each in own if is_meant(each.destination)]
        for each in found:
            addresses.remove(who, each.id, by=app.actor)
        if found and not any(map(is_meant, told(site.office, extension))):
            return
    list_or_change(app, company, extension, as_json=as_json, own=own, **options)
