"""Commands that name everything that is missing at once, instead of one option a try."""

from __future__ import annotations

from collections.abc import Sequence

import click


class CliCommand(click.Command):
    """A command whose missing options and arguments are told together."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter:
            missing = self._missing(ctx, given)
            if len(missing) < 2:
                raise
            names = ", ".join(
                one.make_metavar(ctx) if _is_argument(one) else one.opts[-1] for one in missing
            )
            raise click.UsageError(f"Missing: {names}.", ctx) from None

    def _missing(self, ctx: click.Context, given: Sequence[str]) -> list[click.Parameter]:
        values, _, _ = self.make_parser(ctx).parse_args(list(given))
        return [
            one
            for one in self.get_params(ctx)
            if one.required and one.value_is_missing(one.consume_value(ctx, values)[0])
        ]


def _is_argument(parameter: click.Parameter) -> bool:
    return parameter.param_type_name == "argument"


class CliGroup(click.Group):
    """A group of such commands."""

    command_class = CliCommand
