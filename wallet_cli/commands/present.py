"""`wallet present URI|IMAGE`: who asks for what and why; and on one approval exactly that is handed over.

The decision is the person's: `--yes` stands for the required items of a registered asker, and never gets past a stop.
Nothing is fetched but the request: what is known of a credential's state is what `receive` or `check` has learnt.
"""

from typing import TYPE_CHECKING

import click

from wallet_cli import inputs, labels
from wallet_cli.command_line import Argument, Command, FileName, Option
from wallet_cli.contents import Contents, HistoryEntry, StoredReceipt
from wallet_cli.errors import Exit, WalletError
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown

if TYPE_CHECKING:
    from openid4vc.trust.folder import TrustFolder
    from openid4vc.vp.dcql import Choice
    from wallet_cli.consent import Consent, Optional
    from wallet_cli.presenting import Handed, Presenting
    from wallet_cli.records import Record
    from wallet_cli.vault import Vault


def present(
    invocation: Invocation, given: str, yes: bool, added: tuple[str, ...], use: tuple[int, ...], dry_run: bool
) -> int:
    """One request, from the link to the receipt; the exit code."""
    if not yes and not invocation.terminal.interactive:
        flag = invocation.words.text("present.yes_rehearses") if dry_run else "--yes"
        raise WalletError("terminal_needed", flag=flag)
    code = inputs.request_among(inputs.codes_in(given))
    from openid4vc.trust.certificates import Role
    from wallet_cli import presenting, trust
    from wallet_cli.records import Record

    vault = invocation.open_vault()
    unknown = [number for number in use if vault.contents.credential(number) is None]
    if unknown:
        raise WalletError("number_unknown", number=unknown[0])
    folder = trust.load(invocation, Role.ACCESS)
    with trust.connect(invocation, folder, demo=vault.contents.settings.demo) as network:
        flow = presenting.Presenting(network, folder, invocation.now)
        asked = flow.understand(code)
        record = Record(asked, invocation.words)
        errand = Errand(invocation, vault, flow, record, yes=yes, dry_run=dry_run)
        return errand.run(folder, added, frozenset(use))


class Errand:
    """What one run of `present` carries through its steps."""

    def __init__(
        self, invocation: Invocation, vault: "Vault", flow: "Presenting", record: "Record", *, yes: bool, dry_run: bool
    ) -> None:
        self._invocation = invocation
        self._vault = vault
        self._flow = flow
        self._asked = record.asked
        self._yes = yes
        self._dry_run = dry_run
        self._words = invocation.words
        self._record = record
        self._lifted: set[str] = set()

    def run(self, folder: "TrustFolder", named: tuple[str, ...], use: frozenset[int]) -> int:
        """Look what is there, stop where a stop is due, ask, send."""
        from openid4vc.errors import PresentationError
        from wallet_cli import candidates

        self._folder = folder
        self._check_registered()
        query = self._asked.request.dcql
        self._found = candidates.gather(query, self._vault.contents.credentials, self._invocation.now())
        self._check_over_asking()
        try:
            choices = self._found.choices(query, use=use, add=())
        except PresentationError:
            self._unanswerable()
        if not self._second_best_will_do(choices[0], use):
            self._refuse("refused", "declined")
            return self._nothing_shared()
        return self._decide(choices, named, use)

    # Stops

    def _check_registered(self) -> None:
        """No registration certificate: a notice on the screen; `--yes` goes on only where the setting allows."""
        allowed = self._vault.contents.settings.unregistered_verifiers == "allow"
        if self._asked.registration is None and self._yes and not allowed:
            raise WalletError("verifier_unregistered", party=shown(self._asked.party))

    def _check_over_asking(self) -> None:
        from openid4vc.errors import RegistrationError
        from openid4vc.relying_party import over_asking
        from wallet_cli import stops

        if self._asked.registration is None:
            return
        try:
            over_asking.check(self._asked.request.dcql, self._asked.registration)
        except RegistrationError as error:
            excess = over_asking.excess(self._asked.request.dcql, self._asked.registration)
            screen = self._invocation.terminal.talk
            lines = stops.over_asking(self._asked, excess, self._found.held.values(), self._words, screen)
            self._stop("overask", lines, error)

    def _check_policy(self, choice: "Choice") -> None:
        from openid4vc.errors import RegistrationError
        from wallet_cli import consent, stops

        violations = consent.policy_violations(choice, self._found.held, self._asked.party_id)
        if violations:
            claims = ", ".join(shown(path) for _, paths in violations for path in paths)
            error = RegistrationError("disclosure_policy_forbids", claims=claims)
            self._stop("policy", stops.policy(violations, self._folder, self._words), error)

    def _stop(self, kind: str, rows: list[tuple[str, str]], error: Exception) -> None:
        """Shows the stop; goes on only when the person, at a terminal, types the word that lifts it.

        Raises `error` otherwise: the asker is told only that no data comes.
        """
        key = f"{kind} {rows}"
        if key in self._lifted:
            return
        words, screen = self._words, self._invocation.terminal.talk
        self._show_stop("no", words.text(f"stop.{kind}.title"), rows)
        if self._can_lift:
            screen.paragraph(words.text(f"stop.{kind}.warning"))
            word = words.text("stop.word")
            if self._invocation.terminal.ask(words.text("stop.lift", word=word)) == word:
                self._lifted.add(key)
                return
        self._refuse("stopped", kind)
        screen.paragraph(words.text("consent.dry_run" if self._dry_run else "stop.end"))
        self._invocation.explained = True
        raise error

    def _show_stop(self, kind: str, title: str, rows: list[tuple[str, str]]) -> None:
        """The screen that comes instead of the question."""
        screen = self._invocation.terminal.talk
        screen.line()
        screen.stopped(kind, title)
        for label, value in rows:
            screen.row(label, value)

    @property
    def _can_lift(self) -> bool:
        return not self._yes and not self._dry_run and self._invocation.terminal.interactive

    def _unanswerable(self) -> None:
        """Nothing here answers the question: says why, tells the asker only if the person agrees, and raises."""
        from openid4vc.errors import PresentationError
        from wallet_cli import stops

        unusable = self._found.unusable(self._asked.request.dcql)
        words, screen = self._words, self._invocation.terminal.talk
        error: Exception
        if unusable:
            title, rows = stops.unusable(unusable[0], self._invocation.now(), words)
            name = labels.type_name(unusable[0], words)
            error = WalletError("not_usable", doc=name, number=unusable[0].number)
        else:
            title, rows = stops.missing(self._asked.request.dcql, self._found, self._folder, self._words)
            error = PresentationError("missing_credential", error="access_denied")
        self._show_stop("no" if unusable else "none", title, rows)
        if self._dry_run:
            screen.paragraph(words.text("consent.dry_run"))
        elif self._yes or self._invocation.terminal.confirm("stop.tell"):
            self._refuse("unanswerable", error.code)
        self._invocation.explained = True
        raise error

    def _second_best_will_do(self, choice: "Choice", use: frozenset[int]) -> bool:
        """Asks when the first that would answer is no longer valid, and another one came in its place."""
        from wallet_cli import stops

        pair = self._found.second_best(self._asked.request.dcql, choice)
        if pair is None or self._yes or self._dry_run or use:
            self._note_states(use)
            return True
        (first, other), words, now = pair, self._words, self._invocation.now()
        title, rows = stops.unusable(first, now, words)
        self._show_stop("no", title, [*rows, stops.other(first, other, now, words)])
        return self._invocation.terminal.confirm("present.use_other", n=other.number)

    def _note_states(self, use: frozenset[int]) -> None:
        """Says which credentials were passed over, or were never asked about, before anything is approved."""
        if self._invocation.json:
            return
        words, screen = self._words, self._invocation.terminal.talk
        for number, held in self._found.held.items():
            name = f"{labels.type_name(held, words)} ({number})"
            if self._found.states[number] not in labels.USABLE:
                state = labels.state_words(held, self._invocation.now(), words)
                note = "present.chosen_anyway" if number in use else "present.passed_over"
                screen.outcome("note", words.text(note, doc=name, state=state))
            elif self._found.states[number] == "unchecked":
                screen.outcome("note", words.text("present.unchecked", doc=name))

    # The decision

    def _decide(self, choices: "list[Choice]", named: tuple[str, ...], use: frozenset[int]) -> int:
        from wallet_cli import consent

        choices = self._without_violations_first(choices)
        position = 0
        added: set[str] = set()
        for name in named:
            options = consent.options_of(choices[position], self._found.held, added, self._words)
            option = consent.named_option(options, name)
            if option is None:
                raise WalletError("claim_not_offered", claim=shown(name))
            added.add(option.name)
        while True:
            options = consent.options_of(choices[position], self._found.held, added, self._words)
            choice = self._with_added(choices[position], added, use)
            self._check_policy(choice)
            other = choices[(position + 1) % len(choices)] if len(choices) > 1 else None
            screen = consent.screen_for(
                self._asked, choice, other, self._found.held, self._found.opened, options, self._words
            )
            if self._dry_run:
                return self._rehearsed(screen, choice)
            if self._yes:
                if not self._invocation.json:
                    self._draw(screen)
                return self._send(choice)
            answer = self._ask(screen)
            if answer == self._words.text("prompt.yes"):
                return self._send(choice)
            if answer == self._words.text("present.switch"):
                position, added = (position + 1) % len(choices), set()
            elif answer.isdecimal():
                added.symmetric_difference_update({options[int(answer) - 1].name})
            else:
                self._refuse("refused", "declined")
                return self._nothing_shared()

    def _without_violations_first(self, choices: "list[Choice]") -> "list[Choice]":
        from wallet_cli import consent

        return sorted(
            choices, key=lambda choice: bool(consent.policy_violations(choice, self._found.held, self._asked.party_id))
        )

    def _with_added(self, base: "Choice", added: set[str], use: frozenset[int]) -> "Choice":
        """The same credentials with the optional claims that the person added."""
        if not added:
            return base
        wanted = {query_id: answer.candidate.id for query_id, answer in base.answers.items()}
        for choice in self._found.choices(self._asked.request.dcql, use=use, add=added):
            if {query_id: answer.candidate.id for query_id, answer in choice.answers.items()} == wanted:
                return choice
        return base

    def _draw(self, screen: "Consent") -> None:
        from wallet_cli import consent

        out = self._invocation.terminal.out if self._dry_run else self._invocation.terminal.talk
        out.line()
        consent.draw(screen, out, self._words, self._invocation.now())

    def _ask(self, screen: "Consent") -> str:
        """The question of the screen, asked until it has an answer that means something; `?` and others explain it."""
        self._draw(screen)
        words, terminal = self._words, self._invocation.terminal
        choices = []
        known = {"", words.text("prompt.yes"), words.text("prompt.no")}
        known.update(str(option.position) for option in screen.optional)
        if screen.optional and terminal.talk.plain:
            choices.append(words.text("consent.choice.number"))
        elif screen.optional:
            last = len(screen.optional)
            choices.append(words.text("consent.choice.add", range="1" if last == 1 else f"1–{last}"))
        if screen.other is not None:
            choices.append(words.text("consent.switch"))
            known.add(words.text("present.switch"))
        while True:
            answer = terminal.ask(f"{words.text('consent.prompt')} {terminal.choices(choices)}").lower()
            if answer in known:
                return answer
            terminal.talk.paragraph(words.text("consent.prompt.help"))

    def _rehearsed(self, screen: "Consent", choice: "Choice") -> int:
        """--dry-run: what would happen. Nothing was sent, and nothing is written."""
        invocation = self._invocation
        if invocation.json:
            invocation.print_json(
                {"state": "dry_run", **self._record.as_json(choice), "optional": _options(screen.optional)}
            )
            return Exit.DONE
        self._draw(screen)
        out = invocation.terminal.out
        out.outcome("none", self._words.text("consent.dry_run"))
        return Exit.DONE

    def _nothing_shared(self) -> int:
        out = self._invocation.terminal.out
        if self._invocation.json:
            raise WalletError("declined")
        out.outcome("none", self._words.text("consent.refused"))
        return Exit.REFUSED

    # What is sent, and what is kept of it

    def _send(self, choice: "Choice") -> int:
        from openid4vc.errors import ProtocolError
        from wallet_cli import presenting, records

        now = self._invocation.now()
        texts = presenting.presentations_of(choice, self._found.held, self._found.opened, self._asked, now)
        # The history knows of it before the data leaves: after a crash nobody has to guess.
        number = self._keep(self._record.entry("sending", None, choice, self._found.held, now), None)
        try:
            handed = self._flow.answer(self._asked, texts)
        except (ProtocolError, WalletError) as error:
            self._settle(number, "not_taken", error.code, None)
            raise
        self._invocation.crash_point("presentation.sent")
        state, text = _receipt_state(handed), handed.receipt.text if handed.receipt is not None else None
        claims = records.claim_names(choice)
        self._settle(number, "shared", None, self._record.receipt(number, state, text, claims, self._invocation.now()))
        self._say_shared(handed, number, now, choice)
        return Exit.DONE

    def _say_shared(self, handed: "Handed", number: int, now: int, choice: "Choice") -> None:
        invocation, words = self._invocation, self._words
        if invocation.json:
            shared = {"state": "shared", "receipt": number, "receipt_state": _receipt_state(handed)}
            invocation.print_json({**shared, "redirect_uri": handed.redirect_uri, **self._record.as_json(choice)})
            return
        out = invocation.terminal.out
        done = "consent.done" if handed.receipt is not None else "consent.done.noted"
        out.outcome("ok", words.text(done, time=words.clock(now), n=number))
        if handed.receipt is None:
            out.outcome("note", words.text(f"present.receipt.{_receipt_state(handed)}"))
        if handed.redirect_uri is not None:
            out.paragraph(words.text("present.redirect", url=shown(handed.redirect_uri)))
        hint = "hint.receipt" if handed.receipt is not None else "hint.record"
        out.next_steps([(f"wallet receipts {number}", words.text(hint))])

    def _refuse(self, event: str, reason: str) -> None:
        """No data comes: the asker is told that and no more, the history says why."""
        if self._dry_run:
            return
        self._flow.refuse(self._asked)
        entry = self._record.entry(event, reason, None, self._found.held, self._invocation.now())
        self._keep(entry, "stopped" if event == "stopped" else None)

    def _keep(self, entry: HistoryEntry, receipt_state: str | None) -> int:
        def keep(contents: Contents) -> int:
            contents.add_history(entry)
            if receipt_state is not None:
                stopped = self._record.receipt(entry.number, receipt_state, None, entry.claims, entry.time)
                contents.receipts.append(stopped)
            return entry.number

        return self._invocation.change(self._vault, keep)

    def _settle(self, number: int, event: str, reason: str | None, receipt: StoredReceipt | None) -> None:
        """What became of a sending."""

        def settle(contents: Contents) -> None:
            entry = next(entry for entry in contents.history if entry.number == number)
            entry.event, entry.reason = event, reason
            if receipt is not None:
                entry.receipt = number
                contents.receipts.append(receipt)

        self._invocation.change(self._vault, settle)


def _receipt_state(handed: "Handed") -> str:
    if handed.receipt is not None:
        return "signed"
    return "invalid" if handed.receipt_invalid else "unsigned"


def _options(options: "tuple[Optional, ...]") -> list[dict[str, object]]:
    """What could be added, by name and number; values stay on the screen."""
    return [
        {"position": option.position, "name": option.name, "credential": option.credential, "added": option.added}
        for option in options
    ]


command = Command(
    "present",
    click.pass_obj(present),
    [
        Argument(["given"], type=FileName(), metavar="arg.request"),
        Option(["--yes"], is_flag=True, help="help.present.yes"),
        Option(["--with", "added"], multiple=True, metavar="arg.claim", help="help.present.with"),
        Option(["--use"], multiple=True, type=int, metavar="arg.number", help="help.present.use"),
        Option(["--dry-run"], is_flag=True, help="help.present.dry-run"),
    ],
)
