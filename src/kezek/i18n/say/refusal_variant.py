"""What a refusal says instead of its usual sentence, where one of its facts has a certain value."""

from __future__ import annotations

from collections.abc import Mapping

from kezek.domain.kernel.refusal import Reason
from kezek.i18n.mark import translatable as t

R = Reason
# What is said instead when one of the facts has this value; `trailer` comes before how it is wrong.
VARIANTS: Mapping[tuple[Reason, str], str] = {
    (R.PLATE_IMPOSSIBLE, "country_shape"): t(
        "Choose the country in which the truck is registered."
    ),
    (R.PLATE_IMPOSSIBLE, "plate_empty"): t("The plate is missing."),
    (R.PLATE_IMPOSSIBLE, "plate_too_short"): t("A plate has at least two characters."),
    (R.PLATE_IMPOSSIBLE, "plate_too_long"): t("A plate has at most 16 characters."),
    (R.PLATE_IMPOSSIBLE, "plate_character"): t("A plate has letters and digits only."),
    (R.VIN_IMPOSSIBLE, "vin_empty"): t("The VIN is missing."),
    (R.VIN_IMPOSSIBLE, "vin_length"): t("A VIN has 17 characters."),
    (R.VIN_IMPOSSIBLE, "vin_letter"): t("A VIN has no letters I, O and Q: write 1 and 0."),
    (R.VIN_IMPOSSIBLE, "vin_character"): t("A VIN has digits and Latin letters only."),
    (R.PHONE_IMPOSSIBLE, "no_code"): t(
        "Write the country's code first, for example +998 or +7: several countries have such numbers."
    ),
    (R.VIN_MISSING, "plate_none"): t(
        "This plate fits no known format of its country, so the VIN is needed."
    ),
    (R.VIN_MISSING, "plate_several"): t(
        "This plate can be read in several ways, so the VIN is needed."
    ),
    (R.VIN_MISSING, "plate_abroad"): t(
        "This plate fits a format of another country, so the VIN is needed."
    ),
    (R.VIN_MISSING, "plate_shared"): t(
        "A truck of another country with this plate has an active booking, so the VIN is needed."
    ),
    (R.VEHICLE_BOOKED, "vin"): t(
        "A truck with this VIN already has an active booking with the same authority."
    ),
    (R.VEHICLE_BOOKED, "plate"): t(
        "A truck with this plate already has an active booking with the same authority."
    ),
    (R.PASSWORD_WEAK, "password_short"): t("This password is too short."),
    (R.PASSWORD_WEAK, "password_long"): t("This password is too long."),
    (R.PASSWORD_WEAK, "password_plain"): t(
        "Passwords of digits and signs alone, or of one repeated letter, are guessed first."
    ),
    (R.PASSWORD_WEAK, "password_row"): t(
        "Rows of keys and of the alphabet are guessed first, even with digits added."
    ),
    (R.PASSWORD_WEAK, "password_name"): t(
        "Your own names and the name of this system are guessed first, even with digits added."
    ),
    (R.PASSWORD_WEAK, "password_known"): t(
        "This word is on every list of common passwords, even with digits added."
    ),
    (R.PASSWORD_WEAK, "password_easy"): t(
        "This password is put together from words, dates or repetitions that are guessed first."
    ),
    (R.CALL_MISSED, "last"): t(
        "The last call ended on %(until)s and counts as missed, so the booking has ended."
    ),
    (R.DAY_CLOSED, ""): t("The checkpoint is closed on %(day)s."),
    (R.CLOSED_TODAY, ""): t("The checkpoint is closed today."),
}
# What is to be done instead then.
NEXT: Mapping[tuple[Reason, str], str] = {
    (R.CALL_MISSED, "last"): t("The driver books a new time, or the truck joins as a walk-in."),
}
