"""The rules once more, as simply as they can be said: plain dictionaries and scans, no shared code.

Only what the agency's calendar does to the sizes of pools is read from the store afterwards; who is
displaced by it is worked out here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HOUR, MINUTE = 3_600_000, 60_000
LIVE = {"confirmed", "late", "displaced", "arrived", "called", "admitted"}
DEAR = ("priority", "postal", "accelerated")

# What the rule sets of tests say, in the words of their files.
RULES = {
    "kz_b.exit": {
        "zone": "Asia/Almaty", "authority": "kz", "window": 60, "keeps": 180, "no_show": 1440,
        "call": 20, "misses": 2, "moves": 3, "move_until": 0, "drivers": 4, "walk_ins": 24,
        "displaced": 30 * 1440,
        "cycle": ["priority", *["in_turn"] * 5, "accelerated", *["in_turn"] * 5, "postal", "walk_in"],
        "percent": {"priority": 5, "postal": 1, "accelerated": 1}, "next_round": ["walk_in"],
    },
    "xx_c.exit": {
        "zone": "Europe/Berlin", "authority": "xx", "window": 120, "keeps": 0, "no_show": 30,
        "call": 5, "misses": 0, "moves": None, "move_until": 0, "drivers": 1, "walk_ins": None,
        "displaced": 2 * 1440,
        "cycle": ["in_turn", "walk_in"], "percent": {}, "next_round": [],
    },
}  # fmt: skip


class Naive:
    """What everybody should believe after each command."""

    def __init__(self) -> None:
        self.bookings: dict[int, dict] = {}
        self.slots: dict[tuple, dict] = {}
        self.days: dict[tuple, dict] = {}
        self.returns: dict[tuple, dict] = {}
        # Round and place of the cycle.
        self.cursors = dict.fromkeys(RULES, (0, 0))

    # Status.

    def status(self, b: dict, now: int) -> str:
        rule = RULES[b["line"]]
        self.settle(b, now)
        if b["end"]:
            return b["end"]
        for name in ("admitted", "called", "arrived"):
            if b[name] is not None:
                return name
        if b["start"] is None:
            return "displaced"
        return "late" if now >= b["start"] + rule["window"] * MINUTE else "confirmed"

    def settle(self, b: dict, now: int) -> None:
        """What time alone does."""
        rule = RULES[b["line"]]
        if b["end"] or b["admitted"] is not None:
            return
        if b["called"] is not None:
            due = b["called"] + rule["call"] * MINUTE
            if now >= due:
                self.miss(b, due)
                b["step"], b["stepped"] = None, False
            return
        if b["arrived"] is None and b["start"] is None:
            if now >= b["displaced"] + rule["displaced"] * MINUTE:
                b["end"], b["step"] = "cancelled", None
            return
        waited_for = b["arrived"] is None and b["start"] is not None
        if waited_for and now >= b["start"] + (rule["window"] + rule["no_show"]) * MINUTE:
            b["end"], b["step"] = "no_show", None

    def miss(self, b: dict, at: int) -> None:
        b["misses"] += 1
        if b["misses"] > RULES[b["line"]]["misses"]:
            b["end"] = "no_show"
        else:
            b["called"], b["joined"] = None, at

    def live(self, now: int) -> list[dict]:
        return [b for b in self.bookings.values() if self.status(b, now) in LIVE]

    def holds(self, n: int, authority: str, now: int) -> bool:
        live = [b for b in self.live(now) if RULES[b["line"]]["authority"] == authority]
        return any(b["vehicle"] == n for b in live)

    # Places.

    def day_key(self, line: str, at: int) -> tuple:
        zone = ZoneInfo(RULES[line]["zone"])
        return line, datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date().isoformat()

    def pool(self, name: str) -> str:
        return "kept" if name in DEAR else "ordinary"

    def room(self, line: str, start: int, name: str) -> bool:
        slot, day = self.slots.get((line, start)), self.days.get(self.day_key(line, start))
        if slot is None or day is None or not day["open"]:
            return False
        dear = sum(day[c] for c in DEAR)
        left = {
            "kept": day["kept"] - day["protected_kept"] - dear,
            "ordinary": day["capacity"] - day["kept"] - day["protected_ordinary"] - day["in_turn"],
        }[self.pool(name)]
        if self.capped(line, start, name):
            return False
        return left >= 1 and slot["capacity"] - slot["protected"] - slot["taken"] >= 1

    def capped(self, line: str, start: int, name: str) -> bool:
        """Whether the class has had its share of the day."""
        day, percent = self.days[self.day_key(line, start)], RULES[line]["percent"].get(name)
        return percent is not None and day[name] >= -(-day["capacity"] * percent // 100)

    def take(self, line: str, start: int, name: str) -> None:
        self.slots[line, start]["taken"] += 1
        self.days[self.day_key(line, start)][name] += 1

    def give_back(self, number: int, b: dict, at: int) -> None:
        slot = self.slots[b["line"], b["start"]]
        day = self.days[self.day_key(b["line"], b["start"])]
        slot["taken"] -= 1
        slot["protected"] += 1
        day[b["class"]] -= 1
        day["protected_" + self.pool(b["class"])] += 1
        self.returns[number, b["start"]] = {"at": at, "line": b["line"], "class": b["class"]}

    def bookable(self, line: str, start: int, now: int) -> bool:
        return start + RULES[line]["window"] * MINUTE > now

    # Commands: each says whether it was accepted, and changes what it changes.

    def book(self, number: int, n: int, line: str, start: int, name: str, now: int) -> bool:
        known = name == "in_turn" or name in RULES[line]["percent"]
        if not known or not self.bookable(line, start, now) or not self.room(line, start, name):
            return False
        if self.holds(n, RULES[line]["authority"], now):
            return False
        self.take(line, start, name)
        self.bookings[number] = self.blank(n, line, start, name, now)
        return True

    def blank(self, n: int, line: str, start: int | None, name: str, now: int) -> dict:
        return {
            "vehicle": n, "line": line, "start": start, "class": name, "confirmed": now, "moves": 0,
            "arrived": None, "joined": None, "round": None, "called": None, "misses": 0,
            "admitted": None, "end": "", "drivers": 1, "step": None,
            "stepped": False, "alone": False, "proposal": None,
        }  # fmt: skip

    def walk_in(self, number: int, n: int, line: str, now: int) -> bool:
        day, cap = self.days[self.day_key(line, now)], RULES[line]["walk_ins"]
        if not day["open"] or self.holds(n, RULES[line]["authority"], now):
            return False
        if cap is not None and day["walk_in"] >= cap:
            return False
        day["walk_in"] += 1
        lets_pass = self.lets_pass(line, "walk_in", now)
        made = self.blank(n, line, None, "walk_in", now)
        self.bookings[number] = made | {"arrived": now, "round": lets_pass}
        return True

    def waiting(self, line: str, now: int) -> dict[int, dict]:
        return {
            number: b
            for number, b in self.bookings.items()
            if b["line"] == line and self.status(b, now) == "arrived" and self.opens(b) <= now
        }

    def lets_pass(self, line: str, name: str, now: int) -> int | None:
        """The round that must end first, for who comes now."""
        if name not in RULES[line]["next_round"]:
            return None
        here = self.waiting(line, now).items()
        first = min(
            ((self.place(n, b), b["round"]) for n, b in here if b["class"] == name), default=None
        )
        return self.cursors[line][0] if first is None or first[1] is None else first[1]

    def move(self, number: int, start: int, delay: int, now: int) -> bool:
        b = self.bookings[number]
        status, rule = self.status(b, now), RULES[b["line"]]
        if status not in ("confirmed", "late", "displaced") or start == b["start"]:
            return False
        if status != "displaced" and (
            (rule["moves"] is not None and b["moves"] >= rule["moves"])
            or now > b["start"] - rule["move_until"] * MINUTE
        ):
            return False
        if not self.bookable(b["line"], start, now):
            return False
        back = (number, start) in self.returns
        open_ = self.days.get(self.day_key(b["line"], start), {}).get("open")
        before = (b["start"], self.copied())
        if b["start"] is not None:
            self.give_back(number, b, now + delay)
        if not open_ or (b["line"], start) not in self.slots:
            self.restore(before[1])
            return False
        place = (b["line"], start, b["class"])
        free = not self.capped(*place) if back else self.room(*place)
        if not free:
            self.restore(before[1])
            return False
        if back:
            self.unprotect(*place)
        self.returns.pop((number, start), None)
        self.take(b["line"], start, b["class"])
        b["moves"] += status != "displaced"
        b["start"] = start
        return True

    def copied(self) -> list[dict]:
        return [
            {k: dict(v) for k, v in table.items()}
            for table in (self.slots, self.days, self.returns)
        ]

    def restore(self, copied: list[dict]) -> None:
        self.slots, self.days, self.returns = copied

    def unprotect(self, line: str, start: int, name: str) -> None:
        self.slots[line, start]["protected"] -= 1
        self.days[self.day_key(line, start)]["protected_" + self.pool(name)] -= 1

    def tick(self, now: int) -> None:
        for b in self.bookings.values():
            for _ in range(9):
                self.settle(b, now)
        for (number, start), back in list(self.returns.items()):
            if back["at"] <= now:
                del self.returns[number, start]
                self.unprotect(back["line"], start, back["class"])

    def finish(
        self, number: int, verb: str, now: int, delay: int = 0, *, arrived: bool = False
    ) -> bool:
        """Cancel or release; of who waits only by the driver, or when two agree."""
        b = self.bookings[number]
        origin = {"confirmed", "late", "displaced"} | ({"arrived"} if arrived else set())
        if self.status(b, now) not in origin:
            return False
        if b["start"] is not None and self.bookable(b["line"], b["start"], now):
            self.give_back(number, b, now + delay)
        b["end"], b["step"], b["stepped"] = verb, None, False
        return True

    def step(self, number: int, verb: str, now: int) -> bool:
        """An officer's step, which may be taken back."""
        b = self.bookings[number]
        origin = {
            "arrive": {"confirmed", "late"},
            "admit": {"called"},
            "cross": {"admitted"},
            "turn_back": set() if b["alone"] else {"admitted"},
            "miss": set(),
        }[verb]
        if verb == "miss":
            return self.missed_already(b, now)
        if self.status(b, now) not in origin:
            return False
        was = self.kept(b)
        if verb == "arrive":
            rule = RULES[b["line"]]
            b["arrived"] = now
            if now > b["start"] + (rule["window"] + rule["keeps"]) * MINUTE:
                b["joined"] = now
        elif verb == "admit":
            b["admitted"] = now
        else:
            b["end"] = {"cross": "crossed", "turn_back": "turned_back"}[verb]
        b["step"], b["stepped"] = (was, None), True
        return True

    def kept(self, b: dict) -> dict:
        return {k: v for k, v in b.items() if k not in ("step", "stepped", "proposal")}

    def missed_already(self, b: dict, now: int) -> bool:
        """An officer's word of a call that has run out, which time has counted by then."""
        status, most = self.status(b, now), RULES[b["line"]]["misses"]
        behind = status == "arrived" and b["joined"] is not None
        out = status == "no_show" and b["misses"] > most
        return b["misses"] > 0 and not b["stepped"] and (behind or out)

    # What needs two people.

    def takes_a_place(self, b: dict, verb: str, now: int) -> bool:
        status = self.status(b, now)
        where = {"miss": {"called"}, "cancel": {"arrived"}, "turn_back": {"arrived", "called"}}
        return status in where[verb] or (
            verb == "turn_back" and status == "admitted" and b["alone"]
        )

    def proposed(self, b: dict, now: int) -> tuple | None:
        """Verb, who and when, while it still makes sense."""
        if b["proposal"] is None:
            return None
        verb, _, at = b["proposal"]
        stands = self.takes_a_place(b, verb, now) and not (
            verb == "miss" and at < (b["called"] or 0)
        )
        return b["proposal"] if stands else None

    def propose(self, number: int, verb: str, who: str, now: int) -> bool:
        b = self.bookings[number]
        if not self.takes_a_place(b, verb, now) or self.proposed(b, now):
            return False
        b["proposal"] = (verb, who, now)
        return True

    def approve(self, number: int, who: str, now: int, *, undoes: bool) -> bool:
        """A second person agrees; `undoes` says whether that is who takes steps back here."""
        b = self.bookings[number]
        found = self.proposed(b, now)
        if found is None or found[1] == who:
            return False
        verb, was = found[0], self.kept(b)
        b["proposal"] = None
        if verb == "cancel":
            return self.finish(number, "cancelled", now, arrived=True)
        if verb == "miss":
            self.miss(b, now)
        else:
            b["end"] = "turned_back"
        b["step"], b["stepped"] = (was, None) if undoes else None, True
        return True

    def refuse(self, number: int, now: int) -> bool:
        b = self.bookings[number]
        if self.proposed(b, now) is None:
            return False
        b["proposal"] = None
        return True

    def undo(self, number: int, now: int) -> bool:
        b = self.bookings[number]
        self.status(b, now)
        if b["step"] is None:
            return False
        was, cursor = b["step"]
        authority = RULES[b["line"]]["authority"]
        if b["end"] and self.holds(b["vehicle"], authority, now):
            return False
        b |= was
        b["step"], b["stepped"] = None, False
        if cursor and self.cursors[b["line"]] == cursor[1]:
            self.cursors[b["line"]] = cursor[0]
        return True

    def forget_steps(self) -> None:
        """More than ten seconds have passed."""
        for b in self.bookings.values():
            b["step"] = None

    # Who is next.

    def opens(self, b: dict) -> int:
        if b["start"] is None or (b["joined"] is not None and b["joined"] >= b["start"]):
            return 0
        return b["start"]

    def place(self, number: int, b: dict) -> tuple:
        joined = b["joined"]
        if b["start"] is None:
            return (0, joined if joined is not None else b["arrived"], number)
        if joined is not None and joined >= b["start"]:
            # Behind every window that has begun by then: after one that begins at that very moment.
            return (joined + 0.5, joined, number)
        return (b["start"], b["arrived"], number)

    def next(self, line: str, now: int) -> tuple[int, tuple[int, int]] | None:
        """Number and cursor after, by the words of the rule; None when nobody may be called."""
        cycle, here = RULES[line]["cycle"], self.waiting(line, now)
        turn, at = self.cursors[line]
        while here:
            of = [(self.place(n, b), n) for n, b in here.items() if b["class"] == cycle[at]]
            lets_pass = here[min(of)[1]]["round"] if of else turn
            at += 1
            free = lets_pass is None or turn > lets_pass
            if at == len(cycle):
                turn, at = turn + 1, 0
            if free:
                return min(of)[1], (turn, at)
        return None

    def call(self, line: str, now: int) -> int | None:
        found = self.next(line, now)
        if found is None:
            return None
        number, cursor = found
        b = self.bookings[number]
        was = self.kept(b)
        b["called"] = now
        b["step"], b["stepped"] = (was, (self.cursors[line], cursor)), True
        self.cursors[line] = cursor
        return number

    def call_out_of_turn(self, number: int, now: int) -> bool:
        b = self.bookings[number]
        if self.status(b, now) != "arrived":
            return False
        was = self.kept(b)
        b["called"], b["alone"] = now, True
        b["step"], b["stepped"] = (was, None), True
        return True

    def closed(self, line: str, now: int) -> bool:
        return not self.days[self.day_key(line, now)]["open"]

    # The agency.

    def settle_returns(self, line: str, on: str) -> None:
        """Places given back on a day are free when the day is set anew."""
        for (number, start), back in list(self.returns.items()):
            if back["line"] == line and self.day_key(line, start)[1] == on:
                del self.returns[number, start]
                self.unprotect(line, start, back["class"])

    def imported(self, line: str, start: int) -> int:
        """Places of a window that are known to be taken elsewhere."""
        pending = sum(b["line"] == line and at == start for (_, at), b in self.returns.items())
        return self.slots[line, start]["protected"] - pending

    def book_known(self, number: int, n: int, line: str, start: int, name: str, now: int) -> bool:
        """A place known to be taken gets its booking."""
        known = name == "in_turn" or name in RULES[line]["percent"]
        key = self.day_key(line, start)
        open_ = known and self.bookable(line, start, now) and self.days[key]["open"]
        if not open_ or self.holds(n, RULES[line]["authority"], now):
            return False
        pool = self.pool(name)
        pending = [
            b for (_, at), b in self.returns.items()
            if b["line"] == line and self.day_key(line, at) == key and self.pool(b["class"]) == pool
        ]  # fmt: skip
        if self.imported(line, start) < 1 or self.days[key]["protected_" + pool] <= len(pending):
            return False
        self.unprotect(line, start, name)
        self.take(line, start, name)
        self.bookings[number] = self.blank(n, line, start, name, now)
        return True

    def displaced_by(self, line: str, on: str, capacity: int, now: int) -> set[int]:
        """Who loses the window when a day has so many places: the latest confirmed of the day."""
        slots = {
            at: s for (name, at), s in self.slots.items() if self.day_key(name, at) == (line, on)
        }
        known = min(sum(s["protected"] for s in slots.values()), capacity)
        over = sum(s["taken"] for s in slots.values()) + known - capacity
        bound = [
            (b["confirmed"], number)
            for number, b in self.bookings.items()
            if b["line"] == line and b["start"] in slots
            if self.status(b, now) in ("confirmed", "late")
        ]
        gone = {number for _, number in sorted(bound, reverse=True)[: max(0, over)]}
        for number in gone:
            self.bookings[number] |= {"start": None, "displaced": now}
        return gone
