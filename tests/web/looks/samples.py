"""Every page and its sample context, by the name of its picture."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

import jinja2

from kezek.web.account.bulk import BulkPage
from kezek.web.account.carrier import CarrierPage, PrintDayPage
from kezek.web.account.carrier_move import CarrierMovePage
from kezek.web.account.garage import GaragePage
from kezek.web.account.keys import KeysPage
from kezek.web.account.password import AccountPage, PasswordPage
from kezek.web.account.register import RegisterPage
from kezek.web.account.sign_in import SignInPage
from kezek.web.account.users import UsersPage
from kezek.web.booking.book_flow import BookPage
from kezek.web.booking.clerk import ClerkPage
from kezek.web.calendar.agency import AgencyCalendarPage, CapacitiesPage
from kezek.web.calendar.agency_day import AgencyDayPage
from kezek.web.checkpoint.checkpoint import CheckpointPage
from kezek.web.errors import ErrorPage
from kezek.web.frame.page import Page, PageFrame, names_in
from kezek.web.log.log import LogEntriesPage
from kezek.web.reading import AccessibilityPage, FiguresPage, OrderPage, PrivacyPage, RefusalsPage
from kezek.web.regulation.regulation import RegulationPage
from kezek.web.scenario.what_if import WhatIfFormPage, WhatIfPage, WhatIfWaitPage
from kezek.web.submit.retry_page import WorkingPage
from kezek.web.ticket.find_ticket import FindTicketPage
from kezek.web.ticket.ticket_sheet import PrintPage
from kezek.web.ticket.ticket_view import TicketPage
from kezek.web.turn.board import BoardPage
from kezek.web.turn.console import ConsolePage, ConsolesPage
from kezek.web.turn.shift import HandoverPage, LineListPage
from tests.web.looks import office, planner, road


class Sample(NamedTuple):
    """A page with the frame around it."""

    page: Page
    frame: PageFrame

    def render(self, environment: jinja2.Environment) -> str:
        """The page as text, from its type and that of the frame alone."""
        names = names_in(self.frame) | names_in(self.page)
        return environment.get_template(self.page.template).render(names)


def sample(kind: type[Page], context: dict) -> Sample:
    shown = {field.name: context[field.name] for field in fields(kind) if field.name in context}
    return Sample(kind(**shown), PageFrame(context["site"], "sample", ""))


PAGES: dict[str, Sample] = {
    "network": sample(BoardPage, road.network()),
    "checkpoint": sample(CheckpointPage, road.checkpoint()),
    "checkpoint-quiet": sample(CheckpointPage, road.quiet()),
    "book-post": sample(BookPage, road.book("post")),
    "book-when": sample(BookPage, road.book("when")),
    "book-truck": sample(BookPage, road.book("truck")),
    "book-made": sample(BookPage, road.book("truck", "made")),
    "book-confirm": sample(BookPage, road.book("confirm")),
    "book-move": sample(BookPage, road.book("confirm", "move")),
    "ticket": sample(TicketPage, road.ticket("here")),
    "ticket-booked": sample(TicketPage, road.ticket("booked")),
    "ticket-called": sample(TicketPage, road.ticket("called")),
    "ticket-answered": sample(TicketPage, road.ticket("answered")),
    "ticket-displaced": sample(TicketPage, road.ticket("displaced")),
    "find_ticket": sample(FindTicketPage, road.small("find_ticket")),
    "print": sample(PrintPage, road.printed()),
    "sign_in": sample(SignInPage, road.small("sign_in")),
    "password": sample(PasswordPage, road.small("password")),
    "error": sample(ErrorPage, road.small("error")),
    "working": sample(WorkingPage, road.small("working")),
    "order": sample(OrderPage, road.reading("order")),
    "open_data": sample(FiguresPage, road.reading("open_data")),
    "privacy": sample(PrivacyPage, road.reading("privacy")),
    "accessibility": sample(AccessibilityPage, road.reading("accessibility")),
    "refusals": sample(RefusalsPage, road.reading("refusals")),
    "register": sample(RegisterPage, office.register()),
    "account": sample(AccountPage, office.account()),
    "choose_console": sample(ConsolesPage, office.choose_post("console")),
    "choose_agency": sample(CapacitiesPage, office.choose_post("agency")),
    "console": sample(ConsolePage, office.console()),
    "console-night": sample(ConsolePage, office.console()),
    "handover": sample(HandoverPage, office.handover()),
    "line_list": sample(LineListPage, office.line_list()),
    "agency_calendar": sample(AgencyCalendarPage, office.agency_calendar()),
    "agency_day": sample(AgencyDayPage, office.agency_day()),
    "what_if_form": sample(WhatIfFormPage, planner.what_if_form()),
    "what_if_form-wrong": sample(
        WhatIfFormPage,
        planner.what_if_form({"lanes": "Write a whole number from 1 to 100."}),
    ),
    "what_if_wait": sample(WhatIfWaitPage, planner.what_if_wait("running")),
    "what_if_wait-stopped": sample(WhatIfWaitPage, planner.what_if_wait("stopped")),
    "what_if": sample(WhatIfPage, planner.what_if()),
    "regulation": sample(RegulationPage, office.regulation()),
    "users": sample(UsersPage, office.users()),
    "keys": sample(KeysPage, office.keys()),
    "log": sample(LogEntriesPage, office.log()),
    "carrier": sample(CarrierPage, office.carrier()),
    "carrier_move": sample(CarrierMovePage, office.carrier_move()),
    "print_day": sample(PrintDayPage, road.printed_day()),
    "garage": sample(GaragePage, office.garage()),
    "bulk": sample(BulkPage, office.bulk()),
    "clerk": sample(ClerkPage, office.clerk()),
}
