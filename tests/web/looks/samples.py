"""Every page and its sample context, by the name of its picture."""

from __future__ import annotations

from tests.web.looks import office, road

PAGES: dict[str, tuple[str, dict]] = {
    "network": ("pages/network.html", road.network()),
    "checkpoint": ("pages/checkpoint.html", road.checkpoint()),
    "checkpoint-quiet": ("pages/checkpoint.html", road.quiet()),
    "book-post": ("pages/book.html", road.book("post")),
    "book-when": ("pages/book.html", road.book("when")),
    "book-truck": ("pages/book.html", road.book("truck")),
    "book-confirm": ("pages/book.html", road.book("confirm")),
    "book-move": ("pages/book.html", road.book("confirm", "move")),
    "ticket": ("pages/ticket.html", road.ticket("here")),
    "ticket-booked": ("pages/ticket.html", road.ticket("booked")),
    "ticket-called": ("pages/ticket.html", road.ticket("called")),
    "ticket-displaced": ("pages/ticket.html", road.ticket("displaced")),
    "find_ticket": ("pages/find_ticket.html", road.small("find_ticket")),
    "print": ("pages/print.html", road.printed()),
    "sign_in": ("pages/sign_in.html", road.small("sign_in")),
    "password": ("pages/password.html", road.small("password")),
    "error": ("pages/error.html", road.small("error")),
    "register": ("pages/register.html", office.register()),
    "account": ("pages/account.html", office.account()),
    "choose_console": ("pages/choose_post.html", office.choose_post("console")),
    "choose_agency": ("pages/choose_post.html", office.choose_post("agency")),
    "console": ("pages/console.html", office.console()),
    "console-night": ("pages/console.html", office.console()),
    "agency_calendar": ("pages/agency_calendar.html", office.agency_calendar()),
    "agency_day": ("pages/agency_day.html", office.agency_day()),
    "regulation": ("pages/regulation.html", office.regulation()),
    "users": ("pages/users.html", office.users()),
    "keys": ("pages/keys.html", office.keys()),
    "log": ("pages/log.html", office.log()),
    "carrier": ("pages/carrier.html", office.carrier()),
    "garage": ("pages/garage.html", office.garage()),
    "bulk": ("pages/bulk.html", office.bulk()),
    "clerk": ("pages/clerk.html", office.clerk()),
}
