"""The table of commands: path, where its code is, one line of help, section of the root's help.

Imports nothing: the root's help and static completion are answered from it alone. Targets are
relative to `jpcli.cli.commands`.
"""

from __future__ import annotations

# Sections of `jpcli --help`, in order; each names its groups and commands, in order.
SECTIONS = (
    ("Start", ("init", "demo", "status", "report")),
    ("Licenses", ("issue", "assign", "unassign", "transfer", "revoke", "licenses", "jetpack")),
    ("Billing", ("invoice", "month-end", "products", "cards", "stripe")),
    ("Agency", ("sites", "clients")),
    ("Automation", ("audit", "savings", "plan", "apply")),
    ("Ledger", ("undo", "log", "settings", "ledger")),
    ("Shell", ("help", "completion")),
)

GROUPS = {
    "licenses": "List, show and count licenses, draw their days.",
    "jetpack": "The Licensing API, where the licenses are real.",
    "sites": "Sites, and whose they are.",
    "clients": "The agency's customers, who own the sites.",
    "products": "Products, bundles and their day prices.",
    "cards": "Cards on file; the primary one is charged first.",
    "invoice": "The monthly bill.",
    "stripe": "The account that collects the money.",
    "settings": "Name, terms, the first month that is billed.",
    "ledger": "Check, copy, export and restore the ledger.",
}

# path -> (module:function, help)
COMMANDS = {
    "init": ("init:run", "Make a ledger: currency, time zone, name, price list."),
    "demo": ("demo:run", "Build a sample agency in a temporary ledger and walk through it."),
    "status": ("status:run", "One screen: cards, licenses, the bill so far, what to do next."),
    "report": ("report:run", "Write a page to leave open: the bill, clients, days, what to do."),
    "issue": ("issue:run", "Issue licenses; each is active, and billed, from that moment."),
    "assign": ("assign:run", "Assign licenses to a site."),
    "unassign": ("unassign:run", "Free licenses from their sites; they stay billed."),
    "transfer": ("transfer:run", "Move licenses to another site in one step, without a gap."),
    "revoke": ("revoke:run", "End licenses for good; today is their last billed day."),
    "licenses list": ("licenses.list:run", "List licenses, filtered and sorted."),
    "licenses show": ("licenses.show:run", "Show licenses with their whole history."),
    "licenses count": ("licenses.count:run", "Count licenses, in total or by a field."),
    "licenses timeline": ("licenses.timeline:run", "Draw the days on which licenses were active."),
    "sites list": ("sites.list:run", "List the sites, their clients and licenses."),
    "sites show": ("sites.show:run", "Show one site and its licenses."),
    "sites move": ("sites.move:run", "Give a site to another client."),
    "sites rename": ("sites.rename:run", "Give a site another address."),
    "sites merge": ("sites.merge:run", "Make one of two sites that are the same."),
    "sites archive": ("sites.archive:run", "Put a site away, or take it out again."),
    "clients list": ("clients.list:run", "List the clients."),
    "clients add": ("clients.add:run", "Add a client."),
    "clients edit": ("clients.edit:run", "Set a client's address, e-mail, tax id and markup."),
    "clients report": ("clients.report:run", "What each client costs, is billed and brings."),
    "clients rename": ("clients.rename:run", "Give a client another name."),
    "clients merge": ("clients.merge:run", "Make one of two clients that are the same."),
    "clients archive": ("clients.archive:run", "Put a client away, or take it out again."),
    "clients show": ("clients.show:run", "Show one client, its sites and licenses."),
    "products list": ("products.list:run", "List products, bundles and today's prices."),
    "products show": ("products.show:run", "Show one product and all its prices."),
    "products set-price": ("products.set_price:run", "Set the price of a product from a date on."),
    "products remove-price": ("products.remove_price:run", "Take back a price that is to come."),
    "products rename": ("products.rename:run", "Let people read another name for a product."),
    "products hide": ("products.hide:run", "Offer a product no more, or again."),
    "products import": ("products.import_:run", "Import a price list."),
    "products template": ("products.template:run", "Begin a price list, in any currency."),
    "cards list": ("cards.list:run", "List the cards on file."),
    "cards add": ("cards.add:run", "Add a card; the first one becomes primary."),
    "cards primary": ("cards.primary:run", "Make a card the one that is charged first."),
    "cards remove": ("cards.remove:run", "Remove a card."),
    "invoice preview": ("invoice.preview:run", "Preview a month: the days so far and projected."),
    "undo": ("undo:run", "Write the opposite of the last command, or of an event's."),
    "log": ("log:run", "The events of the ledger, newest first."),
    "invoice explain": (
        "invoice.explain:run",
        "Explain every line of a month down to licenses, dates and events.",
    ),
    "invoice diff": ("invoice.diff:run", "What made the bill change between two months."),
    "invoice close": ("invoice.close:run", "Close a month that is over: its invoice is final."),
    "invoice show": ("invoice.show:run", "Show a closed invoice with its lines."),
    "invoice export": ("invoice.export:run", "Write an invoice as a statement to mail."),
    "invoice verify": ("invoice.verify:run", "Recompute an exported proof, without a ledger."),
    "invoice list": ("invoice.list:run", "List the closed invoices."),
    "month-end": (
        "month_end:run",
        "Close, collect, and write each client's statement and a journal.",
    ),
    "invoice mark-paid": ("invoice.mark_paid:run", "Note that an invoice was paid elsewhere."),
    "invoice void": ("invoice.void:run", "Void an open invoice; its month is billed again."),
    "invoice push": ("invoice.push:run", "Bring a closed invoice to Stripe, charging nothing."),
    "invoice pay": ("invoice.pay:run", "Charge the primary card, then the others in order."),
    "invoice sync": ("invoice.sync:run", "Take over what happened at Stripe."),
    "invoice reconcile": ("invoice.reconcile:run", "Compare every line with Stripe's."),
    "cards sync": ("cards.sync:run", "Take over the cards as Stripe has them."),
    "stripe login": ("stripe.login:run", "Store the secret key in the system's keyring."),
    "stripe customer": (
        "stripe.customer:run",
        "Show or set name, e-mail, address and tax ids on the invoices.",
    ),
    "stripe portal": ("stripe.portal:run", "Print a link to the page for cards and invoices."),
    "stripe status": ("stripe.status:run", "Check the secret key and what it is for."),
    "jetpack connect": ("jetpack.connect:run", "Connect a site, so that it can get licenses."),
    "jetpack login": ("jetpack.login:run", "Store the token in the system's keyring."),
    "jetpack status": ("jetpack.status:run", "What waits at Jetpack, and how to settle it."),
    "jetpack resolve": ("jetpack.resolve:run", "Settle a call whose answer was lost."),
    "jetpack pull": ("jetpack.pull:run", "Hold every license against Jetpack, and take it over."),
    "settings show": ("settings.show:run", "Show the settings of the ledger."),
    "settings set": ("settings.set:run", "Change a setting: bill-from, name, payment terms."),
    "ledger check": (
        "ledger.check:run",
        "Replay the events and compare; exit 1 on any difference.",
    ),
    "ledger export": ("ledger.export:run", "Write the license history to a file or stdout."),
    "ledger import": ("ledger.import_:run", "Import a license history, all or nothing."),
    "ledger template": ("ledger.template:run", "Begin a license history: columns, an example."),
    "ledger backup": ("ledger.backup:run", "Copy a ledger, even while it is in use."),
    "ledger move": ("ledger.move:run", "Copy a ledger to a server, or from one."),
    "ledger restore": ("ledger.restore:run", "Put a backup in a ledger's place."),
    "audit": ("audit:run", "Check counts, waste and the bill against a policy; for CI."),
    "savings": ("savings:run", "What could be saved, and a plan that saves it."),
    "plan": ("plan:run", "Show what it takes to have what a file wants, and what that costs."),
    "apply": ("apply:run", "Do what `plan` shows, in one transaction."),
    "help": ("help:run", "Show how a command is used."),
    "completion": ("completion:run", "Print the completion script of a shell."),
}


def subcommands(group: str) -> dict[str, str]:
    """Names and help of what is directly under a group; `""` is the root."""
    if not group:
        names = [name for _, section in SECTIONS for name in section]
        return {name: GROUPS.get(name) or COMMANDS[name][1] for name in names}
    prefix = group + " "
    return {
        path[len(prefix) :]: entry[1] for path, entry in COMMANDS.items() if path.startswith(prefix)
    }
